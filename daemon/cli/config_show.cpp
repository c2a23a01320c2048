#include "app/config_file.hpp"
#include "app/exit_code.hpp"
#include "cli/commands.hpp"
#include "cli/target.hpp"
#include "config/environment.hpp"
#include "config/schema.hpp"

#include <memory>
#include <ostream>

namespace roomd::cli {
namespace {

struct ShowArguments {
    app::ConfigFile file{config::default_file(), ""};
    Target running;
    bool effective = false, of_running = false;
};

int show(ShowArguments given, Io &io) {
    if (given.of_running) {
        if (given.running.socket.empty()) given.running.config = given.file.path;
        try {
            io.out << Client(given.running.path()).configuration();
            return app::exit_ok;
        } catch (const Trouble &trouble) {
            return fail(io, Form::text, app::exit_runtime, trouble.code, trouble.what());
        }
    }
    config::Faults faults;
    host::Libraries libraries("");
    const config::Config config =
        given.file.read(libraries, faults, config::Credentials::may_be_absent);
    if (faults.empty()) {
        io.out << config.effective;
        return app::exit_ok;
    }
    io.err << faults.text() << '\n';
    return app::exit_configuration;
}

} // namespace

void add_config_show(Tree &tree) {
    auto given = std::make_shared<ShowArguments>();
    tree.command("config", "The configuration", "show",
                 "Show every key in force, and where it was set",
                 [given](Io &io) { return show(*given, io); })
        .text("-c,--config", given->file.path, "FILE", "The configuration file")
        .flag("--effective", given->effective, "Include the defaults, as it always does")
        .flag("--running", given->of_running, "The configuration of the running daemon")
        .text("--socket", given->running.socket, "PATH", "Its admin socket, for --running")
        .more("YAML; each value is followed by its place, or by \"default\".  Secrets are not "
              "shown.");
}

void add_config_schema(Tree &tree) {
    tree.command("config", "The configuration", "schema",
                 "Print the JSON Schema of the configuration, for editors", [](Io &io) {
                     io.out << config::json_schema();
                     return int{app::exit_ok};
                 });
}

} // namespace roomd::cli
