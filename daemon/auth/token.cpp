#include "auth/token.hpp"

#include "auth/token_text.hpp"
#include "base/text.hpp"
#include "json/json.hpp"

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <utility>

namespace roomd::auth {
namespace {

using Refused = std::optional<TokenRefusal>;

// `aud` is a string or a list of strings; one of them must be ours.
Refused check_audience(std::string_view payload, const std::vector<std::string> &ours) {
    const auto claim = json::member(payload, "aud");
    if (claim.empty()) {
        if (ours.empty()) return {};
        return refuse("token_audience", "the token has no audience (aud)");
    }
    std::vector<std::string_view> theirs{claim};
    if (json::kind(claim) == json::Kind::array) json::split_array(claim, theirs);
    bool found = false;
    for (const auto one : theirs) {
        if (json::kind(one) != json::Kind::string)
            return refuse("token_claims",
                          "the token's audience (aud) must be a string or a list of strings");
        if (std::find(ours.begin(), ours.end(), json::string(one)) != ours.end()) found = true;
    }
    if (found) return {};
    return refuse("token_audience", "the token is for another audience (aud)");
}

// What reading a token takes, accepted or not: about 7 us for each KiB.
unsigned read_us(std::string_view token) noexcept {
    return token.size() > max_token ? 0 : static_cast<unsigned>(4 + token.size() / 128);
}

std::string seconds(std::int64_t ms) {
    return std::to_string(ms / 1000) + " s";
}

Refused check_times(const Times &times, const Issuer &issuer, std::int64_t now_ms,
                    std::int64_t leeway_ms) {
    if (!times.expires && issuer.require_exp)
        return refuse("token_claims", "the token has no expiry time (exp)");
    if (times.expires && now_ms >= *times.expires + leeway_ms)
        return refuse_for_now("token_expired",
                              "the token expired " + seconds(now_ms - *times.expires) + " ago");
    for (const auto &begin : {times.not_before, times.issued})
        if (begin && now_ms < *begin - leeway_ms)
            return refuse_for_now("token_not_yet", "the token is valid only in " +
                                                       seconds(*begin - now_ms) +
                                                       ": check the clocks");
    return {};
}

// Adds the time it took to `us`.
Refused check_signature(std::string_view token, const TokenText &text, const Issuer &issuer,
                        const VerifyKeys &keys, unsigned &us) {
    const auto checked = keys.check(token, text.signature, text.algorithm, text.key_id);
    us += checked.us;
    switch (checked.found) {
    case VerifyKeys::Found::good: return {};
    case VerifyKeys::Found::bad:
        return refuse("token_signature",
                      "the token's signature was not made with its issuer's keys");
    case VerifyKeys::Found::no_key:
        if (!issuer.jwks_url.empty() && !issuer.are_fetched)
            return refuse_for_now("keys_unavailable",
                                  "the keys of the token's issuer could not be fetched yet");
        return refuse_for_now("token_key_unknown", "the issuer has no key with this kid and alg");
    case VerifyKeys::Found::unclear: break;
    }
    return refuse("token_malformed", "the token's header is ambiguous");
}

} // namespace

Tokens::Tokens(std::vector<Issuer> issuers, ClaimNames names, base::Duration leeway) :
    names_(std::move(names)),
    leeway_ms_(leeway.count()) {
    for (Issuer &issuer : issuers) {
        VerifyKeys keys = VerifyKeys::joined(issuer.keys);
        if ((keys.size() == 0 && issuer.jwks_url.empty()) || issuer.algorithms.empty())
            throw std::invalid_argument("an issuer needs an algorithm and a key");
        for (const Known &other : issuers_)
            if (other.issuer.issuer == issuer.issuer)
                throw std::invalid_argument("two issuers are named \"" + issuer.issuer + "\"");
        if (issuer.issuer.empty() && issuers.size() > 1)
            throw std::invalid_argument("each of several issuers needs a name");
        issuers_.push_back({std::move(issuer), std::move(keys)});
    }
}

std::variant<Verified, TokenRefusal> Tokens::verify(std::string_view token,
                                                    std::int64_t now_ms) const {
    unsigned us = read_us(token);
    auto out = judge(token, now_ms, Signature::unknown, us);
    if (auto *refused = std::get_if<TokenRefusal>(&out)) refused->us = us;
    return out;
}

std::variant<Verified, TokenRefusal> Tokens::verify_again(std::string_view token,
                                                          std::int64_t now_ms) const {
    unsigned us = 0;
    return judge(token, now_ms, Signature::good, us);
}

std::variant<Verified, TokenRefusal> Tokens::judge(std::string_view token, std::int64_t now_ms,
                                                   Signature signature, unsigned &us) const {
    auto read = read_token(token);
    if (auto *refused = std::get_if<TokenRefusal>(&read)) return std::move(*refused);
    TokenText &text = std::get<TokenText>(read);
    const std::string name = json::string(json::member(text.payload, "iss"));
    auto out = judge(token, text, name, now_ms, signature, us);
    if (auto *refused = std::get_if<TokenRefusal>(&out)) {
        refused->key_id = text.key_id.value_or("");
        refused->issuer = name;
        if (signature == Signature::good) refused->claims = std::move(text.payload);
    }
    return out;
}

std::variant<Verified, TokenRefusal> Tokens::judge(std::string_view token, TokenText &text,
                                                   const std::string &name, std::int64_t now_ms,
                                                   Signature &signature, unsigned &us) const {
    const auto claim = json::member(text.payload, "iss");
    if (!claim.empty() && json::kind(claim) != json::Kind::string)
        return refuse("token_claims", "the token's issuer (iss) must be a string");
    const auto known = std::find_if(issuers_.begin(), issuers_.end(), [&](const Known &one) {
        return one.issuer.issuer.empty() || (!claim.empty() && one.issuer.issuer == name);
    });
    if (known == issuers_.end())
        return refuse("token_issuer", claim.empty() ? "the token has no issuer (iss)"
                                                    : "the token's issuer (iss) \"" +
                                                          base::printable(name, 100) +
                                                          "\" is not configured");
    const Issuer &issuer = known->issuer;
    if (std::find(issuer.algorithms.begin(), issuer.algorithms.end(), text.algorithm) ==
        issuer.algorithms.end())
        return refuse("token_algorithm", "the token's algorithm \"" +
                                             std::string(auth::name(text.algorithm)) +
                                             "\" is not one of its issuer's");
    if (signature == Signature::unknown) {
        if (auto refused = check_signature(token, text, issuer, known->keys, us)) {
            if (refused->retryable && !issuer.jwks_url.empty())
                refused->lacks_key_of = static_cast<std::size_t>(known - issuers_.begin());
            return std::move(*refused);
        }
        // Costs more than a signature check, and strangers do not get this far: `iss`, read before,
        // chose whose signature it needs.
        if (json::has_duplicates(text.payload))
            return refuse("token_malformed", "the token's payload has a duplicate member");
        signature = Signature::good;
    }

    auto times = read_times(text.payload);
    if (auto *refused = std::get_if<TokenRefusal>(&times)) return std::move(*refused);
    const Times &when = std::get<Times>(times);
    if (auto refused = check_audience(text.payload, issuer.audiences)) return std::move(*refused);
    if (auto refused = check_times(when, issuer, now_ms, leeway_ms_)) return std::move(*refused);
    return Verified{std::move(text.payload), when.expires ? *when.expires + leeway_ms_ : 0,
                    static_cast<std::size_t>(known - issuers_.begin())};
}

} // namespace roomd::auth
