#include "app/explain.hpp"
#include "app/exit_code.hpp"
#include "base/clock.hpp"
#include "cli/commands.hpp"
#include "cli/given_event.hpp"
#include "cli/given_token.hpp"
#include "cli/target.hpp"
#include "config/environment.hpp"

#include <memory>
#include <ostream>

namespace roomd::cli {
namespace {

struct ExplainArguments {
    app::ConfigFile file{config::default_file(), ""};
    std::string token, origin, join;
    GivenEvent event{"", "{}", "/", {}, {}, false, false};
    bool json = false;
};

int print(const ExplainArguments &given, const app::Forecast &said, app::About what, Io &io) {
    if (given.json)
        print_success(io, app::explained_json(said, what));
    else
        io.out << said.text << '\n';
    return said.yes ? app::exit_ok : app::exit_runtime;
}

int explain_join(const ExplainArguments &given, const config::Config &config, Io &io) {
    app::Visitor who;
    who.token = given_token(io, given.token);
    if (!given.origin.empty()) who.origin = given.origin;
    who.nsp = given.event.nsp;
    return print(given, app::explain_join(config, who, given.join, base::unix_ms()),
                 app::About::join, io);
}

int explain_event(ExplainArguments given, const config::Config &config, Io &io) {
    if (const int failed = given.event.read(io, form(given.json))) return failed;
    return print(given, app::explain_emit(config, given.event.body()), app::About::event, io);
}

int explain(const ExplainArguments &given, Io &io) {
    if (given.join.empty() == given.event.event.empty())
        return fail(io, form(given.json), app::exit_usage, "usage",
                    "give either --join ROOM or --event EVENT");
    config::Config config;
    const Form how = form(given.json);
    const int failed = given.token.empty() ? read_config(io, how, given.file, config,
                                                         config::Credentials::may_be_absent)
                                           : read_token_config(io, how, given.file, config);
    if (failed) return failed;
    if (!given.token.empty())
        for (const std::string &note : use_key_copies(config))
            io.err << note << '\n';
    return given.join.empty() ? explain_event(given, config, io) : explain_join(given, config, io);
}

} // namespace

void add_explain(Tree &tree) {
    auto given = std::make_shared<ExplainArguments>();
    GivenEvent &event = given->event;
    tree.command("explain", "Show which rule lets someone join, or where an event would go",
                 [given](Io &io) { return explain(*given, io); })
        .text("--join", given->join, "ROOM", "May the token's owner be in this room?")
        .text("--token", given->token, "TOKEN", "Their token; - reads it from standard input")
        .text("--origin", given->origin, "ORIGIN", "From a page of this origin; default: no origin")
        .text("--event", event.event, "EVENT", "Which rooms would it go to?")
        .text("--data", event.data, "JSON", "The event's data; - reads it from standard input")
        .texts("--room", event.rooms, "ROOM", "The event is emitted to this room; may be repeated")
        .flag("--broadcast", event.broadcast, "The event is emitted to everyone")
        .text("--namespace", event.nsp, "NAME", "Where it is joined, or emitted")
        .text("-c,--config", given->file.path, "FILE", "The configuration file")
        .json(given->json)
        .more("Reads the configuration file and does not ask the daemon, so plugins, keys' rights "
              "and full rooms are not considered.  Exit code 1: no.");
}

} // namespace roomd::cli
