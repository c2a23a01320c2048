#pragma once

#include "config/source.hpp"
#include "config/tree.hpp"

#include <string>
#include <string_view>

// Trees as YAML again.
namespace roomd::config {

// A value on one line: "25s", "[websocket, polling]", "{name: a, key: \"${env:A}\"}".  It reads
// back as what it is, whichever reader of YAML reads it.
std::string one_line(const Item &);

// A map in lines of its own, each value with the place where it stands: "# roomd.yaml:9", or
// "# default" for what stands at line 0.
std::string in_lines(const Item &map, const std::vector<File> &files);

} // namespace roomd::config
