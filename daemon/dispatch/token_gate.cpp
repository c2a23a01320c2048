#include "dispatch/token_gate.hpp"

#include "auth/token_text.hpp"

#include <algorithm>
#include <utility>

namespace roomd::dispatch {

bool KnownTokens::has(const auth::Digest &digest) {
    if (young_.count(digest) != 0) return true;
    if (old_.count(digest) == 0) return false;
    old_.erase(digest);
    add(digest);
    return true;
}

void KnownTokens::add(const auth::Digest &digest) {
    if (young_.size() == most / 2) old_ = std::exchange(young_, {});
    young_.insert(digest);
}

void KnownTokens::clear() noexcept {
    young_.clear();
    old_.clear();
}

std::optional<TokenGate::Outcome> TokenGate::check(const auth::Tokens &tokens,
                                                   std::string_view token, std::string_view address,
                                                   base::Time now, std::int64_t now_ms) {
    if (token.size() > auth::max_token) return tokens.verify(token, now_ms); // nobody reads it
    const auth::Digest digest = auth::sha256(token);
    if (known_.has(digest)) return tokens.verify_again(token, now_ms);
    if (!budget_.has_left(address, now)) {
        ++unread_.count;
        unread_.address = address;
        return std::nullopt;
    }
    Outcome outcome = tokens.verify(token, now_ms);
    if (const auto *refusal = std::get_if<auth::TokenRefusal>(&outcome)) {
        budget_.charge(address, refusal->us, now);
        const auto lacks = refusal->lacks_key_of;
        if (lacks && std::find(lacking_.begin(), lacking_.end(), *lacks) == lacking_.end())
            lacking_.push_back(*lacks);
    } else {
        known_.add(digest);
    }
    return outcome;
}

} // namespace roomd::dispatch
