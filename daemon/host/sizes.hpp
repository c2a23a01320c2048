#pragma once

#include "roomd/plugin.h"

#include <cstddef>

namespace roomd::host {

// How long structs were in interface 1.0: plugins of that time give no more, and none may give
// less. What lies beyond a struct's own size reads as zero.
inline constexpr std::size_t least_emit = offsetof(roomd_emit, epoch);
inline constexpr std::size_t least_route = offsetof(roomd_route, flags);
inline constexpr std::size_t least_plugin = offsetof(roomd_plugin, command);

} // namespace roomd::host
