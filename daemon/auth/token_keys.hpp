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
    // All keys of all of these.
    static VerifyKeys joined(const std::vector<VerifyKeys> &);

    std::size_t size() const noexcept { return keys_.size(); }
    // What parse_keys() found to speak against some of them, each once (auth/strength.hpp).
    const std::vector<const char *> &doubts() const noexcept { return doubts_; }

    enum class Found : std::uint8_t {
        good,
        bad,     // there are keys for it, and none of them made this signature
        no_key,  // none has this id, or none was parsed for this algorithm
        unclear, // the library reads the token otherwise than we do
    };
    struct Checked {
        Found found = Found::no_key;
        unsigned us = 0; // about what it took, of one core
    };
    // Is this compact token signed by one of these keys?  `signature` is the decoded last part,
    // `id` the header's `kid`, `algorithm` its `alg`, which the caller has let in.  With an id only
    // keys of that id count; where no key has an id, all do.  Without one, all do: those that have
    // no id either come first.  Not more than most_tries are tried.
    Checked check(std::string_view token, std::string_view signature, Algorithm algorithm,
                  const std::optional<std::string> &id) const;
    static constexpr std::size_t most_tries = 8;

    struct Count {
        std::size_t all = 0, nameless = 0; // with or without an id; without one
    };
    // Those that a token of this algorithm may be signed with.
    Count serving(Algorithm) const noexcept;

private:
    std::vector<std::shared_ptr<const Key>> keys_; // those without an id first
    std::vector<const char *> doubts_;
    bool have_ids_ = false;
};

// The keys that `material` holds for these algorithms: a JWK, a JWKS, PEM public keys or one
// certificate; for HS* alone the secret itself, at least as long as the hash.  Private keys are
// refused: whoever only checks tokens should not be able to make them.  In a JWKS, keys for other
// algorithms, for encryption or too weak are left out, unless none is left.
base::Result<VerifyKeys> parse_keys(std::string_view material,
                                    const std::vector<Algorithm> &algorithms);

// A token over these claims, signed with a secret, a private JWK or a private PEM key.  An empty
// `key_id` leaves `kid` to the JWK, or out.
base::Result<std::string> mint(std::string_view key_material, Algorithm algorithm,
                               std::string_view claims_json, std::string_view key_id = {});

} // namespace roomd::auth
