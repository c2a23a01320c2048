#pragma once

#include "auth/identity.hpp"
#include "auth/token.hpp"
#include "config/key.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace roomd::config {

// Who clients are.
struct Auth {
    enum class Mode : std::uint8_t {
        none,     // tokens are ignored
        optional, // a client without a token is anonymous; a bad token is refused
        required
    };
    Auth();
    Mode mode{};
    bool generated{}; // whether app/config_file adds an issuer with a secret of this process
    std::vector<auth::Issuer> issuers; // some, unless the mode is none or the secret is generated
    auth::ClaimNames claims;
    base::Duration leeway{}; // for clocks that differ
    std::string cookie;      // a cookie that may hold the token; empty: there is none
    std::string query;       // a query parameter that may; empty: there is none
    std::string cache;       // absolute folder for copies of fetched keys; empty: the service's
};

// clang-format off
inline constexpr std::array auth_mode_key{
    word<&Auth::mode>("auth.mode", "none optional required", "", Reload::yes,
        "How clients identify themselves; there is no default. `required`: by a token. `optional`: a client without a token is anonymous, a bad token is refused. `none`: tokens are ignored, a plugin may decide.")
        .sample("required"),
};
inline constexpr std::array generated_key{
    flag("auth.generated", &Auth::generated, "false", Reload::yes,
        "Instead of `issuers`: makes a secret when the daemon starts, and trusts the tokens signed with it, which the console gives out (`console.mint`). For development: every listener must be loopback or a Unix socket."),
};
inline constexpr std::array issuer_list{
    structured("auth.issuers", "list", "[]", Reload::yes,
        "Who signs tokens. Each issuer's keys count for its own tokens only."),
};
inline constexpr std::array issuer_keys{
    text("auth.issuers[].issuer", &auth::Issuer::issuer, "", Reload::yes,
        "The `iss` of its tokens, compared as a whole. A lone issuer may leave it out: then any `iss` is accepted.")
        .sample("studyspot"),
    structured<auth::Issuer>("auth.issuers[].audience", "text or list", "", Reload::yes,
        "The `aud` of its tokens: one of these. Without it, a token that names an audience is refused.")
        .sample("[roomd]"),
    structured<auth::Issuer>("auth.issuers[].algorithms", "list", "", Reload::yes,
        "What it signs with: `HS256`, `RS256`, `PS256`, `ES256`, or the same with 384 or 512.")
        .of("HS256 HS384 HS512 RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512")
        .required("write [HS256], [RS256] or [ES256], as its tokens say").sample("[HS256]"),
    structured<auth::Issuer>("auth.issuers[].key", "secret or list", "", Reload::yes,
        "Its keys, one or a list of `${file:/path}`, `${env:NAME}`, `${credential:NAME}`: PEM public keys or a certificate, a JWK, a JWKS, or the secret of HS256. Needed unless there is a `jwks_url`.")
        .sample("\"${file:jwt_key}\""),
    text("auth.issuers[].jwks_url", &auth::Issuer::jwks_url, "", Reload::yes,
        "Where its key set (JWKS) is fetched, again and again: `https://..`, or `http://` on this machine. With `key` as well, both count.")
        .sample("https://id.example.com/jwks.json"),
    flag("auth.issuers[].require_exp", &auth::Issuer::require_exp, "true", Reload::yes,
        "Whether its tokens must expire (`exp`)."),
};
inline constexpr std::array claim_keys{
    text("auth.claims.user", &auth::ClaimNames::user, "sub", Reload::yes,
        "The claim that names the person: a member, or a JSON pointer such as `/user/id`."),
    text("auth.claims.role", &auth::ClaimNames::role, "role", Reload::yes,
        "The claim with the role or the list of roles."),
    text("auth.claims.tenant", &auth::ClaimNames::tenant, "tenant", Reload::yes,
        "The claim that names the tenant."),
};
inline constexpr std::array auth_keys{
    text("auth.cookie", &Auth::cookie, "\"\"", Reload::yes,
        "A cookie that may hold the token, for clients that send it neither in CONNECT nor as `Authorization: Bearer`."),
    text("auth.query", &Auth::query, "\"\"", Reload::yes,
        "A query parameter of the handshake that may hold the token (`token` for `?token=..`), for clients that can send it nowhere else. Proxies and servers in front log URLs: prefer CONNECT."),
    file("auth.cache", &Auth::cache, "\"\"", Reload::yes,
        "A folder for copies of the key sets that were fetched, so that a restart does not need their providers. Empty: the unit's `StateDirectory=`; without one no copy is kept."),
    duration("auth.leeway", &Auth::leeway, "30s", {"0ms", "10m"}, Reload::yes,
        "How far clocks may differ when `exp`, `nbf` and `iat` are compared."),
};
// clang-format on

inline Auth::Auth() {
    set_initial(claims, claim_keys);
    set_initial(*this, generated_key);
    set_initial(*this, auth_keys);
}

} // namespace roomd::config
