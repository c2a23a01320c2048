#pragma once

#include "auth/algorithm.hpp"
#include "auth/identity.hpp"
#include "auth/token_keys.hpp"
#include "auth/token_refusal.hpp"
#include "base/clock.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace roomd::auth {

struct TokenText;

// A party that signs tokens.
struct Issuer {
    std::string issuer;                 // `iss`; empty: any, if it is the only issuer
    std::vector<std::string> audiences; // any of these; empty: a token with `aud` is refused
    std::vector<Algorithm> algorithms;
    bool require_exp = true;
    std::vector<VerifyKeys> keys;
    std::string jwks_url;     // where more of its keys are fetched; empty: nowhere
    bool are_fetched = false; // whether those are among `keys`
};

// An accepted token.
struct Verified {
    std::string claims;          // the payload: one JSON object without duplicate members
    std::int64_t expires_ms = 0; // Unix time from which verify() refuses it; 0: never
    std::size_t issuer = 0;      // its index
};

// Checks the tokens of all issuers of one configuration: only signed JWTs in compact form (RFC
// 7515, 7519).
class Tokens {
public:
    // Throws std::invalid_argument when an issuer has no algorithm, or no key and none to be
    // fetched, or when several issuers do not have different names.
    Tokens(std::vector<Issuer>, ClaimNames, base::Duration leeway);

    // The issuer is chosen by `iss`, and then only its keys and algorithms count.  Only `alg` and
    // `kid` of the header are used; `crit` and `b64` are refused.
    std::variant<Verified, TokenRefusal> verify(std::string_view token, std::int64_t now_ms) const;

    // The same for a token that verify() of this object has accepted before: all but its signature
    // is checked again.
    std::variant<Verified, TokenRefusal> verify_again(std::string_view token,
                                                      std::int64_t now_ms) const;

    // Of claims from verify().
    std::string identity(std::string_view claims) const { return identity_json(claims, names_); }

private:
    struct Known {
        Issuer issuer;
        VerifyKeys keys; // all of the issuer's, joined
    };

    enum class Signature : std::uint8_t { unknown, good };
    std::variant<Verified, TokenRefusal> judge(std::string_view token, std::int64_t now_ms,
                                               Signature, unsigned &us) const;
    // Of one that can be read; takes its payload when it is good.
    std::variant<Verified, TokenRefusal> judge(std::string_view token, TokenText &,
                                               const std::string &name, std::int64_t now_ms,
                                               Signature &, unsigned &us) const;

    std::vector<Known> issuers_;
    ClaimNames names_;
    std::int64_t leeway_ms_;
};

} // namespace roomd::auth
