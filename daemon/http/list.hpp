#pragma once

#include "base/text.hpp"

#include <cstddef>
#include <string_view>

namespace roomd::http {

// Whether `see` is true for a member of a list (RFC 9110, 5.6.1); called for each until it is.
template <class See> bool any_member(std::string_view list, See see) {
    for (;;) {
        const std::size_t comma = list.find(',');
        if (see(base::trim(list.substr(0, comma)))) return true;
        if (comma == std::string_view::npos) return false;
        list.remove_prefix(comma + 1);
    }
}

} // namespace roomd::http
