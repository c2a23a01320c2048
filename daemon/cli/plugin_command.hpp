#pragma once

#include "cli/report.hpp"
#include "config/config.hpp"
#include "host/check.hpp"
#include "host/library.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace roomd::cli {

// A command that a plugin carries out in this process, without a daemon.
struct PluginCommand {
    std::string name;
    std::string options = "{}"; // JSON object: what was typed behind it
    std::string events = "{}";  // events_json(), where it is asked for
};

// `events` of the configuration as plugins get it: each with its schema, in place of a file's name.
std::string events_json(const config::Config &);

// The enabled entries of a plugin.
std::vector<host::PluginEntry> entries_of(const config::Config &, std::string_view plugin);
// The one that is meant; `instance` may be empty where there is one only.  0, or the exit code of
// what was told: where there is none, or not this one, or several.
int choose_entry(Io &, Form, const config::Config &, std::string_view plugin,
                 const std::string &instance, host::PluginEntry &out);

// Lets the plugin of an entry, whose section it has checked, carry out a command, and prints what
// it says.  Gives the exit code.
int run_plugin_command(Io &, Form, host::Libraries &, const host::PluginEntry &,
                       const PluginCommand &);

} // namespace roomd::cli
