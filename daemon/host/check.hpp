#pragma once

#include "host/library.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace roomd::host {

// One entry of `plugins.load`.
struct PluginEntry {
    std::string name;     // [a-z][a-z0-9_]*: names the file and must be what the file says
    std::string instance; // names it in logs, health and metrics; empty: `name`
    std::string file;     // absolute path; empty: <directory>/<name>.so
    bool enabled = true;
    bool required{};      // /ready waits for it; a failing start ends the start-up
    std::size_t budget{}; // bytes of commands in line
    std::string config_json = "{}";

    const std::string &label() const noexcept { return instance.empty() ? name : instance; }
};

// What is wrong with an entry: where (JSON pointer into its section, empty: the entry as a whole),
// what, and what to do (may be empty).
struct EntryFault {
    std::size_t entry = 0;
    std::string pointer, text, hint;
};

// Opens what is needed and asks every enabled plugin about its configuration.  No side effect
// except the loading.  No fault: Registry::load() and reload() take these entries.
std::vector<EntryFault> check(Libraries &, const std::vector<PluginEntry> &);

// The enabled entries whose plugin says ROOMD_PLUGIN_GUARDED, by index: on a TCP listener that is
// not loopback they need a key of their scope.  For entries that check() found without fault.
std::vector<std::size_t> guarded(Libraries &, const std::vector<PluginEntry> &);

} // namespace roomd::host
