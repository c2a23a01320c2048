#pragma once

#include "app/config_file.hpp"
#include "cli/plugin_command.hpp"
#include "cli/target.hpp"
#include "config/environment.hpp"

#include <string>

namespace roomd::cli {

// Which database `roomd pg` works on: that of the configuration, or one given on the command line.
struct GivenDatabase {
    app::ConfigFile file{config::default_file(), ""};
    std::string instance, dsn, dsn_file; // dsn: "-" is read from standard input
    bool json = false;

    // What a command needs.
    struct Needs {
        bool database = true;
        bool events = false;
    };

    void add_to(Syntax &); // --config, --instance, --dsn, --dsn-file, --json
    Form form() const noexcept { return cli::form(json); }
    // Has the plugin postgres run a command.  Gives the exit code.
    int run(Io &, PluginCommand, Needs) const;
};

} // namespace roomd::cli
