#pragma once

#include "config/key_info.hpp"

#include <span>
#include <string_view>
#include <vector>

namespace roomd::config {

// In the order of the reference.
std::span<const KeyInfo> key_table() noexcept;

// The names that the map at `path` may have ("" is the top, "listen[]" an entry of the list).
// "*" among them: any name.
std::vector<std::string_view> names_below(std::string_view path);
const KeyInfo *find_key(std::string_view path) noexcept;

} // namespace roomd::config
