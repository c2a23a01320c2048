#pragma once

#include "base/ascii.hpp"

#include <algorithm>
#include <string_view>

namespace roomd::base {

// Whether it is [a-z][a-z0-9_]*, at most 64 long, so that it can name a file, a metric and a
// section: nothing in it leads out of a folder.
inline bool is_plugin_name(std::string_view name) noexcept {
    return !name.empty() && name.size() <= 64 && is_lower(name.front()) &&
           std::all_of(name.begin(), name.end(),
                       [](char c) { return is_lower(c) || is_digit(c) || c == '_'; });
}

} // namespace roomd::base
