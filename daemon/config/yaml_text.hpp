#pragma once

#include "config/source.hpp"
#include "config/tree.hpp"

#include <functional>
#include <string>
#include <string_view>

// Writes trees as YAML.
namespace roomd::config {

// A value on one line: "25s", "[websocket, polling]", "{name: a, key: \"${env:A}\"}".  Every reader
// of YAML reads the same value back.
std::string one_line(const Item &);

// A map in lines of its own, each value with its place: "# roomd.yaml:9", "# $ROOMD_NAME", or
// "# default" for a value that has none.
std::string in_lines(const Item &map, const std::vector<File> &files);
// The same with other comments: `comment` gives that of a value, without "#".
std::string in_lines(const Item &map, const std::function<std::string(Mark)> &comment);

} // namespace roomd::config
