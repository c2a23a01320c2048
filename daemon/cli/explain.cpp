#include "app/exit_code.hpp"
#include "app/forecast.hpp"
#include "base/clock.hpp"
#include "cli/commands.hpp"
#include "cli/given_event.hpp"
#include "cli/given_token.hpp"
#include "cli/target.hpp"
#include "json/json.hpp"
#include "json/object.hpp"

#include <memory>
#include <ostream>

namespace roomd::cli {
namespace {

struct ExplainArguments {
    app::ConfigFile file{default_config, ""};
    std::string token, origin, join;
    GivenEvent event{"", "{}", "/", {}, {}, false, false};
    bool json = false;
};

int print(const ExplainArguments &given, const app::Forecast &said, Io &io) {
    const int code = said.yes ? app::exit_ok : app::exit_runtime;
    if (!given.json) {
        io.out << said.text << '\n';
        return code;
    }
    std::string data = R"({"yes":)" + std::string(said.yes ? "true" : "false");
    if (!said.yes) data += R"(,"code":)" + json::quoted(said.code);
    data += R"(,"why":)" + json::quoted(said.text);
    if (said.yes && !given.join.empty())
        data += R"(,"automatic":)" + std::string(said.automatic ? "true" : "false");
    if (said.yes && given.join.empty()) data += R"(,"rooms":)" + json::list(said.rooms);
    print_success(io, data + "}");
    return code;
}

int explain_join(const ExplainArguments &given, const config::Config &config, Io &io) {
    app::Visitor who;
    who.token = given_token(io, given.token);
    if (!given.origin.empty()) who.origin = given.origin;
    who.nsp = given.event.nsp;
    app::Forecast said = app::forecast_join(config, who, given.join, base::unix_ms());
    const std::string_view hint = what_to_do(said.code);
    if (!hint.empty()) said.text.append("\n  ").append(hint);
    if (!who.token.empty() && config.auth.mode == config::Auth::Mode::none)
        said.text += "\n  the token is ignored: \"auth.mode\" is none";
    return print(given, said, io);
}

int explain_event(ExplainArguments given, const config::Config &config, Io &io) {
    if (const int failed = given.event.read(io, form(given.json))) return failed;
    app::Forecast said = app::forecast_emit(config, given.event.body());
    const catalogue::Catalogue &catalogue = *config.catalogue;
    if (catalogue.knows(given.event.event)) {
        std::string lines = catalogue.explain(given.event.event, given.event.data);
        // Its last line is about the catalogue's rooms, which do not count when rooms were named.
        const bool named = !given.event.rooms.empty() || given.event.broadcast;
        lines.resize((named ? lines.find('\n') : lines.rfind('\n')) + 1);
        said.text.insert(0, lines);
    }
    return print(given, said, io);
}

int explain(const ExplainArguments &given, Io &io) {
    if (given.join.empty() == given.event.event.empty())
        return fail(io, form(given.json), app::exit_usage, "usage",
                    "give either --join ROOM or --event EVENT");
    config::Config config;
    if (const int failed = read_config(io, form(given.json), given.file, config)) return failed;
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
