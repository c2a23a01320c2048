#pragma once

#include "auth/algorithm.hpp"
#include "base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace roomd::auth {

// Keys that check signatures, ready for use.  Copies share them.
class VerifyKeys {
public:
    struct Key;

    VerifyKeys() = default; // none
    explicit VerifyKeys(std::vector<std::shared_ptr<const Key>> keys,
                        std::vector<const char *> doubts = {});
    // The keys of all of these.
    static VerifyKeys joined(const std::vector<VerifyKeys> &);

    std::size_t size() const noexcept { return keys_.size(); }
    // Why parse_keys() finds some of them a bad choice, each reason once (auth/strength.hpp).
    const std::vector<const char *> &doubts() const noexcept { return doubts_; }

    enum class Found : std::uint8_t {
        good,
        bad,     // none of the keys for it made this signature
        no_key,  // no key has this id, or none is for this algorithm
        unclear, // the library reads the token differently from us
    };
    struct Checked {
        Found found = Found::no_key;
        unsigned us = 0; // about how long it took, of one core
    };
    // Whether this compact token is signed by one of these keys.  `signature` is the decoded last
    // part, `id` the header's `kid`, `algorithm` its `alg`, which the caller has allowed.  With an
    // id only keys with that id count, or all if no key has an id.  Without one all count, those
    // without an id first.  At most most_tries are tried.
    Checked check(std::string_view token, std::string_view signature, Algorithm algorithm,
                  const std::optional<std::string> &id) const;
    static constexpr std::size_t most_tries = 8;

    struct Count {
        std::size_t all = 0, nameless = 0; // nameless: without an id
    };
    // The keys for this algorithm.
    Count serving(Algorithm) const noexcept;

private:
    std::vector<std::shared_ptr<const Key>> keys_; // those without an id first
    std::vector<const char *> doubts_;
    bool have_ids_ = false;
};

// The keys in `material` for these algorithms: a JWK, a JWKS, PEM public keys or one certificate;
// for HS* also the secret itself, at least as long as the hash.  Private keys are refused: a daemon
// that only checks tokens should not be able to sign them.  In a JWKS, keys for other algorithms,
// for encryption or too weak are left out; it is an error when none is left.
base::Result<VerifyKeys> parse_keys(std::string_view material,
                                    const std::vector<Algorithm> &algorithms);

// The keys of a JWKS that anyone may read, for all algorithms but HS*.  Refused as well when it has
// a private key or a secret in it, with which anyone could sign.
base::Result<VerifyKeys> parse_key_set(std::string_view jwks);

// A token with these claims, signed with a secret, a private JWK or a private PEM key.  With an
// empty `key_id`, `kid` is that of the JWK, or left out.
base::Result<std::string> mint(std::string_view key_material, Algorithm algorithm,
                               std::string_view claims_json, std::string_view key_id = {});

} // namespace roomd::auth
