#pragma once

#include "cli/report.hpp"
#include "config/config.hpp"
#include "host/check.hpp"
#include "host/library.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace roomd::cli {

// A command that a plugin runs in this process, without a daemon.
struct PluginCommand {
    std::string name;
    std::string options = "{}"; // JSON object of its command line
    std::string events = "{}";  // events_json(), if it needs them
};

// `events` of the configuration as plugins get it: each with its schema instead of a file's name.
std::string events_json(const config::Config &);

// The enabled entries of a plugin.
std::vector<host::PluginEntry> entries_of(const config::Config &, std::string_view plugin);
// Chooses an entry; `instance` may be empty if there is only one.  0, or the exit code after a
// message: there is none, there is no such one, or there are several.
int choose_entry(Io &, Form, const config::Config &, std::string_view plugin,
                 const std::string &instance, host::PluginEntry &out);

// Lets the plugin of an entry, which has checked its section, run a command, and prints the result.
// Gives the exit code.
int run_plugin_command(Io &, Form, host::Libraries &, const host::PluginEntry &,
                       const PluginCommand &);

} // namespace roomd::cli
