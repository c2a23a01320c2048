#pragma once

#include "config/fault.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace roomd::config {

// A plugin's own keys: what it gets as JSON, and where in the YAML each value stands, so that what
// its check() finds can be told with line and column.
struct PluginNode {
    std::string json = "{}"; // quoted scalars are strings, plain ones typed as YAML 1.2's core says
    std::string path;        // of the file
    Mark mark;               // of the plugin's entry
    std::map<std::string, Mark, std::less<>> marks; // by JSON pointer, "" is the entry itself

    std::vector<std::string> absent; // pointers to credentials that were not read

    // Is it about a value that was not read?
    bool is_absent(std::string_view pointer) const;
    // The fault a check() reported at `pointer`; of the nearest part above it that stands in the
    // file (a key that is missing has no place of its own).
    Fault fault(std::string_view pointer, std::string_view text, std::string_view hint) const;
};

} // namespace roomd::config
