#pragma once

#include "config/fault.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace roomd::config {

// A plugin's own keys: what it gets as JSON, and where each value is in the YAML, so that what its
// check() finds is reported with line and column.
struct PluginNode {
    std::string json = "{}"; // quoted scalars are strings, plain ones typed as YAML 1.2's core says
    std::string path;        // of the file
    Mark mark;               // of the plugin's entry
    std::map<std::string, Mark, std::less<>> marks; // by JSON pointer, "" is the entry itself

    std::vector<std::string> absent; // pointers to credentials that were not read

    // Whether it points to a value that was not read.
    bool is_absent(std::string_view pointer) const;
    // The fault that a check() reported at `pointer`; its place is that of the nearest part above
    // which is in the file, since a missing key has none.
    Fault fault(std::string_view pointer, std::string_view text, std::string_view hint) const;
};

} // namespace roomd::config
