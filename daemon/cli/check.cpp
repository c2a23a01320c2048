#include "app/admin_pages.hpp"
#include "app/checking.hpp"
#include "app/config_file.hpp"
#include "app/exit_code.hpp"
#include "base/clock.hpp"
#include "cli/commands.hpp"
#include "cli/target.hpp"
#include "config/diff.hpp"
#include "config/environment.hpp"
#include "json/answer.hpp"
#include "json/json.hpp"
#include "json/object.hpp"

#include <algorithm>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

namespace roomd::cli {
namespace {

struct CheckArguments {
    app::ConfigFile file{config::default_file(), ""};
    Target running; // for --diff
    bool diff = false;
    bool json = false;
};

int refuse(const CheckArguments &given, const config::Faults &faults, Io &io) {
    if (given.json)
        io.out << json::failure(json::error("configuration_invalid", faults.text())
                                    .raw("faults", app::faults_json(faults.list())))
               << '\n';
    else
        io.err << faults.text() << '\n';
    return app::exit_configuration;
}

int check(CheckArguments given, Io &io) {
    config::Faults faults;
    host::Libraries libraries("");
    config::Config config = given.file.read(libraries, faults, config::Credentials::may_be_absent);
    if (faults.empty()) app::check_settings(config, faults);
    if (faults.empty()) app::warn_of_certificates(config, base::unix_ms());
    if (!faults.empty()) return refuse(given, faults, io);
    std::vector<std::string> changes;
    if (given.diff) {
        try {
            if (given.running.socket.empty()) given.running.config = given.file.path;
            const std::string running = Client(given.running.path()).configuration();
            changes = config::diff(running, config.effective);
        } catch (const Trouble &trouble) {
            return fail(io, form(given.json), app::exit_runtime, trouble.code, trouble.what());
        }
    }
    if (given.json) {
        std::string data = R"({"config":)" + json::quoted(given.file.path) + R"(,"warnings":)" +
                           app::faults_json(config.warnings) + R"(,"environment":)" +
                           json::list(config.environment);
        if (given.diff) data += R"(,"changes":)" + json::list(changes);
        print_success(io, data + "}");
        return app::exit_ok;
    }
    for (const auto &warning : config.warnings)
        io.err << config::text(warning) << '\n';
    io.out << given.file.path << ": good\n";
    for (const config::Variable &variable : config::variables())
        if (std::find(config.environment.begin(), config.environment.end(), variable.name) !=
            config.environment.end())
            io.out << '$' << variable.name << " sets " << variable.key << '\n';
    for (const auto &line : changes)
        io.out << line << '\n';
    if (given.diff && changes.empty()) io.out << "the daemon runs exactly this configuration\n";
    return app::exit_ok;
}

} // namespace

void add_check(Tree &tree) {
    auto given = std::make_shared<CheckArguments>();
    tree.command("check", "Check a configuration, and each plugin's part of it",
                 [given](Io &io) { return check(*given, io); })
        .text("-c,--config", given->file.path, "FILE", "The configuration file")
        .flag("--diff", given->diff, "Show what a reload would change in the running daemon")
        .text("--socket", given->running.socket, "PATH", "Its admin socket, for --diff")
        .json(given->json)
        .more(
            "Prints every fault with its place and what to do, and warnings.  Loads the plugins' "
            "files but starts nothing.  Secrets that only the service can read are checked by root "
            "while it runs, or where CREDENTIALS_DIRECTORY names a folder that holds them; "
            "otherwise it says which were not.");
}

} // namespace roomd::cli
