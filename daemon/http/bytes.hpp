#pragma once

#include "base/ascii.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

namespace roomd::http {

// A set of bytes, as a table.
class Bytes {
public:
    // Letters, digits, and `others`.
    constexpr explicit Bytes(std::string_view others) noexcept {
        for (std::size_t byte = 0; byte < in_.size(); ++byte)
            in_[byte] = base::is_alnum(static_cast<char>(byte));
        for (const char c : others)
            in_[static_cast<unsigned char>(c)] = true;
    }
    // All but control characters; TAB is included.
    static constexpr Bytes visible() noexcept {
        Bytes out{""};
        for (std::size_t byte = 0; byte < out.in_.size(); ++byte)
            out.in_[byte] = byte == '\t' || !base::is_control(static_cast<char>(byte));
        return out;
    }

    constexpr bool has(char c) const noexcept { return in_[static_cast<unsigned char>(c)]; }
    bool hold(std::string_view text) const noexcept { // nothing but these
        return std::all_of(text.begin(), text.end(), [this](char c) { return has(c); });
    }

private:
    std::array<bool, 256> in_{};
};

inline constexpr Bytes token_bytes{"!#$%&'*+-.^_`|~"}; // RFC 9110, 5.6.2
inline constexpr Bytes value_bytes = Bytes::visible(); // of a field, RFC 9110, 5.5
// RFC 3986, 3.2.2 and 3.2.3, without the comma: two Host fields joined by a proxy are not a host.
inline constexpr Bytes host_bytes{"-._~!$&'()*+;=%:[]"};

} // namespace roomd::http
