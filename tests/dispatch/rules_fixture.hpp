#pragma once

#include "fixture.hpp"

#include "auth/token.hpp"
#include "policy/rules.hpp"

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace roomd::test {

// `{ claim: NAME, KIND: [WANTED..] }`
inline policy::Rule rule(std::string_view claim, policy::Condition::Kind kind,
                         std::initializer_list<std::string_view> wanted) {
    policy::Condition condition;
    condition.claim = *policy::parse_claim(claim);
    condition.kind = kind;
    for (const std::string_view text : wanted)
        condition.wanted.push_back(*policy::parse_wanted(text));
    return {{std::move(condition)}};
}

inline dispatch::RoomKind kind(std::string name, policy::Join join,
                               std::vector<policy::Rule> rules) {
    dispatch::RoomKind out;
    out.name = std::move(name);
    out.rules.join = join;
    out.rules.rules = std::move(rules);
    return out;
}

// The contract's kinds, over claims.
struct IdentityFixture : RouterFixture {
    using Kind = policy::Condition::Kind;
    using Join = policy::Join;

    static constexpr std::string_view secret = "the secret of these tests: 32 bytes or more";

    IdentityFixture() {
        options.kinds = {
            kind("user", Join::automatic, {rule("sub", Kind::equals, {"{id}"})}),
            kind("role", Join::automatic, {rule("role", Kind::equals, {"{id}"})}),
            kind("library", Join::request,
                 {rule("libraryIds", Kind::contains, {"{id}"}), rule("role", Kind::in, {"staff"})}),
            kind("seat", Join::never, {rule("role", Kind::in, {"student"})})};
        options.auth = dispatch::AuthMode::required;
        auth::Issuer issuer;
        issuer.algorithms = {auth::Algorithm::HS256};
        issuer.require_exp = false;
        issuer.keys = {*auth::parse_keys(secret, issuer.algorithms)};
        options.tokens = std::make_shared<const auth::Tokens>(std::vector{std::move(issuer)},
                                                              auth::ClaimNames{}, base::Duration{});
        options.cookie = "session";
        router.reconfigure(options);
    }

    static std::string token(std::string_view claims) {
        return *auth::mint(secret, auth::Algorithm::HS256, claims);
    }
    static std::string with_token(std::string_view claims) {
        return R"({"token":")" + token(claims) + "\"}";
    }
    base::ClientId enter(std::string_view claims, std::string_view nsp = "/") {
        const base::ClientId client = fake.connect(nsp, with_token(claims));
        fake.sent(client);
        return client;
    }
    bool in(base::ClientId client, std::string_view room, std::string_view nsp = "/") {
        const auto members = router.members(nsp, room);
        return std::find(members.begin(), members.end(), client) != members.end();
    }
    std::string last_refusal() { return fake.refusals.empty() ? "" : fake.refusals.back(); }
};

} // namespace roomd::test
