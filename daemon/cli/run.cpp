#include "app/checking.hpp"
#include "app/config_file.hpp"
#include "app/daemon.hpp"
#include "app/exit_code.hpp"
#include "app/start_faults.hpp"
#include "base/clock.hpp"
#include "cli/commands.hpp"
#include "cli/target.hpp"

#include <exception>
#include <memory>
#include <ostream>

namespace roomd::cli {
namespace {

int start(const app::ConfigFile &file, Io &io) {
    config::Faults faults;
    config::Config config;
    {
        host::Libraries libraries("");
        config = file.read(libraries, faults);
    }
    if (!faults.empty()) {
        app::tell_faults(config, faults, io.err);
        return app::exit_configuration;
    }
    app::warn_of_certificates(config, base::unix_ms());
    try {
        return app::run(config, file, io.out);
    } catch (const std::exception &e) {
        app::tell_failure(config, e, io.err);
        return app::exit_runtime;
    }
}

} // namespace

void add_run(Tree &tree) {
    auto file = std::make_shared<app::ConfigFile>();
    file->path = default_config;
    tree.command("run", "Run the daemon", [file](Io &io) { return start(*file, io); })
        .text("-c,--config", file->path, "FILE", "The configuration file")
        .text("--admin", file->admin, "PATH", "The admin socket when the configuration names none")
        .more("Runs until SIGTERM or SIGINT; SIGHUP, like `roomd reload`, reads the configuration "
              "again.");
}

void add_dev(Tree &tree) {
    auto file = std::make_shared<app::ConfigFile>();
    file->admin = dev_socket();
    tree.command("dev", "Run with the built-in development configuration",
                 [file](Io &io) { return start(*file, io); })
        .text("--admin", file->admin, "PATH", "The admin socket")
        .initially("$XDG_RUNTIME_DIR/roomd-admin.sock")
        .more("Listens on 127.0.0.1:3001 and [::1]:3001.  Anyone on this machine may connect, join "
              "every room and emit.");
}

} // namespace roomd::cli
