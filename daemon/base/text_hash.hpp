#pragma once

#include <cstddef>
#include <functional>
#include <string_view>

namespace roomd::base {

// The hash of a std::unordered_map or set of texts in which a std::string_view is looked up as it
// is; with std::equal_to<>.
struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept {
        return std::hash<std::string_view>{}(text);
    }
};

} // namespace roomd::base
