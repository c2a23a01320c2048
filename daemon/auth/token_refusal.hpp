#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>

namespace roomd::auth {

// Why a token is refused.
struct TokenRefusal {
    const char *code; // a literal: "token_expired"
    std::string message;
    bool retryable;  // a new token, or the same one later, may be accepted
    unsigned us = 0; // about how long the check took, of one core
    std::optional<std::size_t> lacks_key_of{}; // the issuer whose fetched keys may have the one
    // What the token says of itself, as far as it could be read: nobody vouches for it, and it may
    // be long.
    std::string key_id{}, issuer{};
    std::string claims{}; // of one whose signature is good; else empty
};

// A token that stays refused.
inline TokenRefusal refuse(const char *code, std::string message) {
    return {code, std::move(message), false};
}

// One that may be accepted later.
inline TokenRefusal refuse_for_now(const char *code, std::string message) {
    return {code, std::move(message), true};
}

} // namespace roomd::auth
