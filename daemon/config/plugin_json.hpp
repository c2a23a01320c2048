#pragma once

#include "config/plugin_node.hpp"
#include "config/source.hpp"
#include "config/tree.hpp"

#include <span>
#include <string_view>

namespace roomd::config {

// What a plugin gets of its entry: all keys but the core's, with `${..}` values filled in.  Quoted
// scalars are strings; plain ones are null, true, false or decimal numbers where YAML 1.2's core
// schema says so, else strings.
PluginNode plugin_node(const Source &, const Item &entry,
                       std::span<const std::string_view> core_names);

} // namespace roomd::config
