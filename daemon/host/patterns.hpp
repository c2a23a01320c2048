#pragma once

#include <string_view>

namespace roomd::host {

// Why a hook with this pattern can never be called, whatever is configured; null when it can.  A
// pattern is a name, or a prefix that ends in '*'.  What they return is a constant sentence.
const char *why_never_event(std::string_view pattern) noexcept;
const char *why_never_room(std::string_view pattern) noexcept;
const char *why_never_namespace(std::string_view pattern) noexcept;

} // namespace roomd::host
