#include "app/cli.hpp"

#include "app/config_file.hpp"
#include "app/daemon.hpp"
#include "app/version.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>

namespace roomd::app {
bool parse(int argc, char **argv, Command &out, int &exit_code) {
    CLI::App app{"roomd: rooms for Socket.IO clients, fed by plugins"};
    app.require_subcommand(1);
    app.set_version_flag("--version", version);

    auto *run = app.add_subcommand("run", "Run the daemon");
    run->add_option("-c,--config", out.config, "The configuration file")
        ->default_str("/etc/roomd/roomd.yaml");
    auto *dev = app.add_subcommand("dev", "Run with the built-in development configuration");
    auto *check = app.add_subcommand("check", "Check a configuration; exit 3 when it has faults");
    check->add_option("-c,--config", out.config, "The configuration file")
        ->default_str("/etc/roomd/roomd.yaml");
    auto *show = app.add_subcommand("version", "Print the version");

    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError &e) {
        exit_code = app.exit(e) == 0 ? exit_ok : exit_usage;
        return false;
    }
    if (*dev) out.what = Command::What::dev;
    if (*check) out.what = Command::What::check;
    if (*show) out.what = Command::What::version;
    if ((*run || *check) && out.config.empty()) out.config = "/etc/roomd/roomd.yaml";
    return true;
}

int carry_out(const Command &command) {
    if (command.what == Command::What::version) {
        std::printf("roomd %s\n", version);
        return exit_ok;
    }
    const ConfigFile file{command.config, ""};
    config::Faults faults;
    config::Config config;
    {
        host::Libraries libraries("");
        config = file.read(libraries, faults);
    }
    if (!faults.empty()) {
        std::fprintf(stderr, "%s\n", faults.text().c_str());
        return exit_configuration;
    }
    if (command.what == Command::What::check) {
        for (const auto &warning : config.warnings)
            std::fprintf(stderr, "%s\n", config::text(warning).c_str());
        std::printf("%s: good\n", command.config.c_str());
        return exit_ok;
    }
    return run(config, file);
}

} // namespace roomd::app
