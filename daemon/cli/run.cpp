#include "app/checking.hpp"
#include "app/config_file.hpp"
#include "app/daemon.hpp"
#include "app/exit_code.hpp"
#include "app/inherited.hpp"
#include "app/start_faults.hpp"
#include "base/clock.hpp"
#include "cli/commands.hpp"
#include "cli/target.hpp"
#include "config/environment.hpp"

#include <chrono>
#include <cstdlib>
#include <exception>
#include <memory>
#include <ostream>
#include <thread>

namespace roomd::cli {
namespace {

config::Config read(const app::ConfigFile &file, config::Faults &faults) {
    host::Libraries libraries("");
    return file.read(libraries, faults);
}

// systemd repeats a start that failed: at once while somebody waits at a socket that it holds, and
// else as soon as after a crash.  This keeps it from spinning.
void pause_before_repeating() {
    constexpr std::chrono::seconds pause{2};
    std::this_thread::sleep_for(pause);
}

int run(config::Config &config, const app::ConfigFile &file, Io &io, bool is_repeated) {
    app::warn_of_certificates(config, base::unix_ms());
    try {
        const int code = app::run(config, file, io.out);
        if (code == app::exit_configuration && is_repeated) pause_before_repeating();
        return code;
    } catch (const std::exception &e) {
        app::tell_failure(config, e, io.err);
        if (std::getenv("NOTIFY_SOCKET") != nullptr) pause_before_repeating();
        return app::exit_runtime;
    }
}

int start(const app::ConfigFile &file, Io &io) {
    const bool is_repeated = app::any_inherited();
    config::Faults faults;
    config::Config config = read(file, faults);
    if (!faults.empty()) app::tell_faults(config, faults, io.err);
    if (!faults.empty() && is_repeated) {
        pause_before_repeating();
        // A `systemctl start` meanwhile waits for this very attempt: the file may be mended.
        faults = {};
        config = read(file, faults);
    }
    return faults.empty() ? run(config, file, io, is_repeated) : int{app::exit_configuration};
}

} // namespace

void add_run(Tree &tree) {
    auto file = std::make_shared<app::ConfigFile>();
    file->path = config::default_file();
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
