#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace roomd::auth {

// How a token may be signed: RFC 7518, section 3, without `none`.
enum class Algorithm : std::uint8_t {
    HS256,
    HS384,
    HS512,
    RS256,
    RS384,
    RS512,
    PS256,
    PS384,
    PS512,
    ES256,
    ES384,
    ES512
};

// As the standard writes it: "RS256".
std::string_view name(Algorithm) noexcept;
std::optional<Algorithm> parse_algorithm(std::string_view) noexcept;
// All of them, in the order above.
const std::vector<std::string_view> &algorithm_names();

enum class Family : std::uint8_t { hmac, rsa, ec };
Family family(Algorithm) noexcept;
// Bytes of its hash: 32, 48 or 64.
std::size_t hash_size(Algorithm) noexcept;

} // namespace roomd::auth
