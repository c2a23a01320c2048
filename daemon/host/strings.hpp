#pragma once

#include "roomd/plugin.h"

#include <string_view>

namespace roomd::host {

// Strings of the plugin interface as views, and back.  Nothing is copied.
inline std::string_view view(roomd_str s) noexcept {
    return s.ptr == nullptr ? std::string_view{} : std::string_view{s.ptr, s.len};
}
inline roomd_str str(std::string_view s) noexcept {
    return {s.data(), s.size()};
}

} // namespace roomd::host
