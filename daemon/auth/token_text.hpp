#pragma once

#include "auth/algorithm.hpp"
#include "auth/token_refusal.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace roomd::auth {

inline constexpr std::size_t max_token = 16384; // bytes

// A token's parts, before anything in it is trusted.
struct TokenText {
    Algorithm algorithm{};
    std::optional<std::string> key_id; // the header's `kid`
    std::string payload;               // one JSON object; duplicates are not checked yet
    std::string signature;             // bytes
};

std::variant<TokenText, TokenRefusal> read_token(std::string_view token);

// `exp`, `nbf` and `iat`, in milliseconds since 1970.
struct Times {
    std::optional<std::int64_t> expires, not_before, issued;
};
std::variant<Times, TokenRefusal> read_times(std::string_view payload);

} // namespace roomd::auth
