#pragma once

#include "auth/algorithm.hpp"
#include "auth/identity.hpp"
#include "auth/token_keys.hpp"
#include "base/clock.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace roomd::auth {

// Somebody who signs tokens.
struct Issuer {
    std::string issuer;                 // `iss`; empty: not looked at, where it is the only issuer
    std::vector<std::string> audiences; // any of; empty: a token that names an audience is refused
    std::vector<Algorithm> algorithms;
    bool require_exp = true;
    std::vector<VerifyKeys> keys;
};

// Why a token is not taken.
struct TokenFault {
    const char *code; // a literal: "token_expired"
    std::string message;
    bool retryable;  // a new token, or the same one later, may be taken
    unsigned us = 0; // about what it took to find out, of one core
};

// What is known when a token is taken.
struct Verified {
    std::string claims;          // the payload: one JSON object, no member twice
    std::int64_t expires_ms = 0; // Unix time from when on verify() refuses it; 0: never
    std::size_t issuer = 0;      // which one
};

inline constexpr std::size_t max_token = 16384; // bytes

// Every issuer of one configuration, and what their tokens say.  Signed JWTs in compact form
// (RFC 7515, 7519) and nothing else.
class Tokens {
public:
    // Throws std::invalid_argument when an issuer has no key or no algorithm, or when several
    // issuers do not each have a name of their own.
    Tokens(std::vector<Issuer>, ClaimNames, base::Duration leeway);

    // The issuer is chosen by `iss`, and then only its keys and algorithms count.  Nothing but
    // `alg` and `kid` of the header is heeded; `crit` and `b64` are refused.
    std::variant<Verified, TokenFault> verify(std::string_view token, std::int64_t now_ms) const;

    // The same for a token that verify() of this very object has taken before: its signature is not
    // checked again, the rest of it is.
    std::variant<Verified, TokenFault> verify_again(std::string_view token,
                                                    std::int64_t now_ms) const;

    // Claims as verify() gives them.
    std::string identity(std::string_view claims) const { return identity_json(claims, names_); }

private:
    struct Known {
        Issuer issuer;
        VerifyKeys keys; // all of the issuer's
    };

    enum class Signature : std::uint8_t { unknown, good };
    std::variant<Verified, TokenFault> judge(std::string_view token, std::int64_t now_ms, Signature,
                                             unsigned &us) const;

    std::vector<Known> issuers_;
    ClaimNames names_;
    std::int64_t leeway_ms_;
};

} // namespace roomd::auth
