#pragma once

#include "auth/keys.hpp"
#include "auth/token.hpp"
#include "base/clock.hpp"
#include "dispatch/token_budget.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <variant>
#include <vector>

namespace roomd::dispatch {

// Tokens that were good, by their digests.  Of more than it holds those go that have not been asked
// for longest, half of them at a time.
class KnownTokens {
public:
    static constexpr std::size_t most = 16384;

    bool has(const auth::Digest &);
    void add(const auth::Digest &);
    void clear() noexcept;
    std::size_t size() const noexcept { return young_.size() + old_.size(); }

private:
    struct Hash {
        std::size_t operator()(const auth::Digest &digest) const noexcept {
            std::size_t out = 0;
            std::memcpy(&out, digest.data(), sizeof out);
            return out;
        }
    };
    using Set = std::unordered_set<auth::Digest, Hash>;
    Set young_, old_;
};

// Checks the tokens of those who are nobody yet, so that what strangers send costs everyone else
// little: bad ones are charged to their address, and where that has nothing left, tokens are
// refused unread, except those that were good before.
class TokenGate {
public:
    using Outcome = std::variant<auth::Verified, auth::TokenRefusal>;

    // Nothing: refused unread.
    std::optional<Outcome> check(const auth::Tokens &, std::string_view token,
                                 std::string_view address, base::Time now, std::int64_t now_ms);
    void keys_changed() noexcept {
        known_.clear();
        lacking_.clear();
    }
    // The issuers whose fetched keys lacked one that a token named, since the last call, by their
    // indexes.
    std::vector<std::size_t> take_lacking() { return std::exchange(lacking_, {}); }
    void tick(base::Time now) { budget_.forget_idle(now); }

    struct Unread {
        std::uint64_t count = 0;
        std::string address; // of the last one
    };
    const Unread &unread() const noexcept { return unread_; }

private:
    KnownTokens known_;
    TokenBudget budget_;
    Unread unread_;
    std::vector<std::size_t> lacking_; // each once
};

} // namespace roomd::dispatch
