#include "dispatch/identify.hpp"

#include "auth/bearer.hpp"
#include "auth/token.hpp"
#include "base/text.hpp"
#include "dispatch/identities.hpp"
#include "json/json.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace roomd::dispatch {
namespace {

constexpr std::size_t longest_shown = 100;

struct Found {
    std::string token;
    bool malformed = false;
};

std::string_view header(const session::Handshake &handshake, std::string_view name) noexcept {
    for (const auto &[known, value] : handshake.facts->headers)
        if (known == name) return value;
    return {};
}

// RFC 6265, section 4.2: pairs separated by "; ".  Two of the same name count as none: a
// neighbour's page may have added one.
std::optional<Found> cookie(std::string_view header, std::string_view wanted) {
    std::optional<Found> found;
    while (!header.empty()) {
        const auto end = header.find(';');
        std::string_view pair = header.substr(0, end);
        header = end == std::string_view::npos ? std::string_view{} : header.substr(end + 1);
        while (!pair.empty() && pair.front() == ' ')
            pair.remove_prefix(1);
        const auto equals = pair.find('=');
        if (equals == std::string_view::npos || pair.substr(0, equals) != wanted) continue;
        std::string_view value = pair.substr(equals + 1);
        if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
            value = value.substr(1, value.size() - 2);
        if (found) return Found{{}, true};
        found = Found{std::string{value}, false};
    }
    return found;
}

std::optional<Found> find_token(const Options &options, const session::Handshake &handshake,
                                std::string_view auth) {
    const std::string_view given =
        auth.empty() ? std::string_view{} : json::trim(json::member(auth, "token"));
    if (!given.empty() && json::kind(given) != json::Kind::null) {
        if (json::kind(given) != json::Kind::string) return Found{{}, true};
        return Found{json::string(given), false};
    }
    const auto credentials = auth::bearer_credentials(header(handshake, "authorization"));
    if (!credentials.empty()) return Found{std::string{credentials}, false};
    if (!options.cookie.empty())
        if (auto found = cookie(header(handshake, "cookie"), options.cookie)) return found;
    if (!handshake.facts->token.empty()) return Found{handshake.facts->token, false};
    return std::nullopt;
}

bool portal_admits(const Options &options, std::string_view portal, std::string_view identity) {
    const auto found = std::find_if(options.portals.begin(), options.portals.end(),
                                    [&](const Portal &known) { return known.name == portal; });
    if (found == options.portals.end()) return portal.empty();
    if (found->roles.empty()) return true;
    const std::vector<std::string> roles = roles_of(identity);
    return std::any_of(roles.begin(), roles.end(), [&](const std::string &role) {
        return std::find(found->roles.begin(), found->roles.end(), role) != found->roles.end();
    });
}

} // namespace

std::string Rejection::data() const {
    std::string out = R"({"code":)";
    json::append_quoted(out, code);
    out += retryable ? R"(,"retryable":true})" : R"(,"retryable":false})";
    return out;
}

std::variant<Who, Rejection> identify(const Options &options, TokenGate &gate,
                                      const session::Handshake &handshake, std::string_view auth,
                                      base::Time now, std::int64_t now_ms) {
    if (options.auth == AuthMode::none || !options.tokens) return Who{};
    const auto found = find_token(options, handshake, auth);
    if (!found || (found->token.empty() && !found->malformed)) {
        if (options.auth == AuthMode::optional) return Who{};
        return Rejection{"token_missing", "a token is needed: auth: { token }", false};
    }
    if (found->malformed) return Rejection{"token_malformed", "the token must be a string", false};
    const auto verified =
        gate.check(*options.tokens, found->token, handshake.address.text(), now, now_ms);
    if (!verified)
        return Rejection{"too_many_attempts",
                         "too many bad tokens come from your address: try later", true};
    if (const auto *refusal = std::get_if<auth::TokenRefusal>(&*verified))
        return Rejection{refusal->code,
                         refusal->message,
                         refusal->retryable,
                         base::printable(refusal->key_id, longest_shown),
                         base::printable(refusal->issuer, longest_shown),
                         refusal->claims.empty() ? std::string()
                                                 : options.tokens->identity(refusal->claims)};
    const auto &good = std::get<auth::Verified>(*verified);
    return Who{options.tokens->identity(good.claims), good.expires_ms};
}

std::optional<Rejection> reject_identity(const Options &options, std::string_view portal,
                                         std::string_view identity) {
    if (options.auth == AuthMode::required && identity.empty())
        return Rejection{"token_missing", "a token is needed", false};
    if (!portal_admits(options, portal, identity))
        return Rejection{"portal_role", "your role may not use this portal", false};
    return std::nullopt;
}

} // namespace roomd::dispatch
