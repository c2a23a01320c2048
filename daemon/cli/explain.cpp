#include "app/exit_code.hpp"
#include "auth/token.hpp"
#include "base/clock.hpp"
#include "base/text.hpp"
#include "catalogue/catalogue.hpp"
#include "cli/commands.hpp"
#include "cli/given_token.hpp"
#include "policy/rules.hpp"
#include "rooms/names.hpp"
#include "json/json.hpp"

#include <algorithm>
#include <memory>
#include <ostream>

namespace roomd::cli {
namespace {

struct Given {
    TokenOption token;
    std::string join, event, data = "{}";
    bool json = false;
};

struct Said {
    bool yes = false;
    std::string text;
};

Said about_room(const config::Config &config, const std::string &room, std::string_view claims) {
    if (!rooms::is_room(room))
        return {false, "\"" + base::printable(room) + "\" is no room: <kind>:<id>"};
    const auto parts = rooms::split(room);
    const auto kind = std::find_if(config.rooms.begin(), config.rooms.end(),
                                   [&](const config::RoomKind &k) { return k.name == parts.kind; });
    if (kind == config.rooms.end())
        return {false, "there is no kind of room \"" + std::string(parts.kind) + "\""};
    if (!policy::by_request(kind->rules))
        return {false, "nobody joins rooms of this kind by request: join: never"};
    const policy::Explained said = policy::explain(kind->rules, parts.id, claims);
    return {said.admitted, said.text};
}

int print(const Given &given, const Said &said, Io &io) {
    if (given.json)
        print_success(io, std::string(R"({"yes":)") + (said.yes ? "true" : "false") + R"(,"why":)" +
                              json::quoted(said.text) + "}");
    else
        io.out << said.text << '\n';
    return said.yes ? app::exit_ok : app::exit_runtime;
}

int explain_join(const Given &given, Io &io) {
    config::Config config;
    std::string claims;
    if (given.token.text.empty()) { // nobody
        if (const int failed = read_config(io, form(given.json), given.token.file, config))
            return failed;
    } else {
        std::string token;
        if (const int failed = given.token.read(io, form(given.json), config, token)) return failed;
        const auth::Tokens tokens(config.auth.issuers, config.auth.claims, config.auth.leeway);
        const auto verified = tokens.verify(token, base::unix_ms());
        if (const auto *fault = std::get_if<auth::TokenFault>(&verified))
            return fail(io, form(given.json), app::exit_runtime, fault->code, fault->message);
        claims = std::get<auth::Verified>(verified).claims;
    }
    return print(given, about_room(config, given.join, claims), io);
}

int explain_event(const Given &given, Io &io) {
    config::Config config;
    if (const int failed = read_config(io, form(given.json), given.token.file, config))
        return failed;
    if (!json::check(given.data))
        return fail(io, form(given.json), app::exit_usage, "usage", "the data is no JSON");
    const auto routed = config.catalogue->route(given.event, given.data);
    return print(given,
                 {routed.code == nullptr, config.catalogue->explain(given.event, given.data)}, io);
}

int explain(const Given &given, Io &io) {
    if (given.join.empty() == given.event.empty())
        return fail(io, form(given.json), app::exit_usage, "usage",
                    "ask about one thing: --join ROOM, or --event EVENT");
    return given.event.empty() ? explain_join(given, io) : explain_event(given, io);
}

} // namespace

void add_explain(Tree &tree) {
    auto given = std::make_shared<Given>();
    tree.command("explain", "Say which rule lets someone join, or where an event would go",
                 [given](Io &io) { return explain(*given, io); })
        .text("--join", given->join, "ROOM", "May the token's owner join this room?")
        .text("--token", given->token.text, "TOKEN", "Whose; - reads it from standard input")
        .text("--event", given->event, "EVENT", "Which rooms would it go to?")
        .text("--data", given->data, "JSON", "The event's data")
        .initially("{}")
        .text("-c,--config", given->token.file.path, "FILE", "The configuration file")
        .json(given->json)
        .more("Asks the configuration file, not the daemon; what plugins would say is not in it.  "
              "Exit code 1: no.");
}

} // namespace roomd::cli
