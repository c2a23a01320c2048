#include "app/cli.hpp"

#include "app/checking.hpp"
#include "app/daemon.hpp"
#include "app/place.hpp"
#include "app/version.hpp"
#include "config/load.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <string_view>

namespace roomd::app {
namespace {

// The built-in configuration, with the plugins that came with this binary.
std::string dev_text() {
    constexpr std::string_view in_tree = "../build/plugins";
    std::string text(config::dev_yaml());
    const std::string folder = shipped_folder("plugins", "/usr/lib/roomd/plugins");
    const std::size_t at = text.find(in_tree);
    if (at != std::string::npos && !folder.empty()) text.replace(at, in_tree.size(), folder);
    return text;
}

// Reads and checks it all, the plugins' sections too; prints every fault.  False: there were some.
bool load(const Command &command, config::Config &out) {
    config::Faults faults;
    out = command.config.empty() ? config::load_text(dev_text(), "roomd.dev.yaml", faults)
                                 : config::load_file(command.config, faults);
    if (faults.empty()) {
        host::Libraries libraries("");
        check_plugins(libraries, out, faults);
    }
    if (!faults.empty()) std::fprintf(stderr, "%s\n", faults.text().c_str());
    return faults.empty();
}

} // namespace

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
    config::Config config;
    if (!load(command, config)) return exit_configuration;
    if (command.what == Command::What::check) {
        std::printf("%s: good\n", command.config.c_str());
        return exit_ok;
    }
    return run(config, command.config);
}

} // namespace roomd::app
