#pragma once

#include "base/clock.hpp"

#include <string_view>

namespace roomd::fetch {

inline constexpr base::Duration shortest_fresh{5 * 60 * 1000};
inline constexpr base::Duration longest_fresh{24 * 60 * 60 * 1000};
inline constexpr base::Duration usually_fresh{60 * 60 * 1000};

// How long an answer with this Cache-Control is used before it is fetched again: its max-age within
// the bounds above; the shortest for no-cache, no-store and a max-age that is no number; an hour
// when it says nothing.
base::Duration fresh_for(std::string_view cache_control) noexcept;

} // namespace roomd::fetch
