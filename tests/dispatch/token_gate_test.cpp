#include "dispatch/token_gate.hpp"

#include "auth/token_keys.hpp"
#include "auth/token_text.hpp"
#include "support/hand_clock.hpp"
#include "vectors/vectors.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace roomd;
using namespace std::chrono_literals;
using dispatch::KnownTokens;
using dispatch::TokenBudget;
using dispatch::TokenGate;

namespace {

// 20 keys without ids, of the curve that takes longest.
auth::Tokens slow_tokens() {
    auth::Issuer issuer;
    issuer.algorithms = {auth::Algorithm::ES384};
    const auto key = *auth::parse_keys(test::vector("key/checking/p384.pem"), issuer.algorithms);
    issuer.keys = std::vector(20, key);
    return {{std::move(issuer)}, {}, base::Duration{}};
}

std::string slow_token(std::string_view user, std::int64_t expires_ms) {
    return *auth::mint(test::vector("key/signing/p384.pem"), auth::Algorithm::ES384,
                       R"({"sub":")" + std::string(user) + R"(","exp":)" +
                           std::to_string(expires_ms / 1000) + '}');
}

std::string spoiled(std::string token) {
    token[token.size() - 5] = token[token.size() - 5] == 'A' ? 'B' : 'A';
    return token;
}

auth::Digest digest(std::size_t n) {
    auth::Digest out{};
    std::memcpy(out.data(), &n, sizeof n);
    return out;
}

} // namespace

TEST_CASE("bad tokens cost their address a quarter of a core, and 100 ms at once") {
    TokenBudget budget;
    test::HandClock clock;
    CHECK(budget.has_left("192.0.2.1", clock.now()));
    budget.charge("192.0.2.1", 99999, clock.now());
    CHECK(budget.has_left("192.0.2.1", clock.now()));
    budget.charge("192.0.2.1", 5001, clock.now()); // a token begun is read to its end
    CHECK_FALSE(budget.has_left("192.0.2.1", clock.now()));
    CHECK(budget.has_left("192.0.2.2", clock.now()));
    clock.advance(20ms);
    CHECK_FALSE(budget.has_left("192.0.2.1", clock.now()));
    clock.advance(1ms);
    CHECK(budget.has_left("192.0.2.1", clock.now()));

    unsigned spent = 0; // in ten seconds, however often it tries
    for (int i = 0; i < 10000; ++i) {
        clock.advance(1ms);
        if (!budget.has_left("192.0.2.3", clock.now())) continue;
        budget.charge("192.0.2.3", 5200, clock.now());
        spent += 5200;
    }
    CHECK(spent > 2500000);
    CHECK(spent < 2500000 + 100000 + 5200);
}

TEST_CASE("an address is a host, or a /64 of IPv6, however it is written") {
    TokenBudget budget;
    const base::Time now{};
    budget.charge("2001:db8:1:2::1", 200000, now);
    CHECK_FALSE(budget.has_left("2001:db8:1:2:ffff::7", now));
    CHECK(budget.has_left("2001:db8:1:3::1", now));
    budget.charge("::ffff:192.0.2.1", 200000, now);
    CHECK_FALSE(budget.has_left("192.0.2.1", now));
    CHECK(budget.has_left("192.0.2.2", now));
    CHECK(budget.has_left("::ffff:192.0.2.2", now));
    budget.charge("fe80::1%eth0", 200000, now);
    CHECK_FALSE(budget.has_left("fe80::2%eth0", now));
    CHECK(budget.has_left("unix", now));
    budget.charge("unix", 200000, now);
    CHECK_FALSE(budget.has_left("unix", now));
    CHECK(budget.addresses() == 4);
}

TEST_CASE("addresses are kept while they owe something, up to a bound") {
    TokenBudget budget;
    test::HandClock clock;
    budget.charge("192.0.2.1", 200000, clock.now());
    clock.advance(100ms);
    budget.charge("192.0.2.2", 1000, clock.now());
    budget.forget_idle(clock.now());
    CHECK(budget.addresses() == 2);
    clock.advance(700ms);
    budget.forget_idle(clock.now());
    CHECK(budget.addresses() == 0);

    for (std::size_t i = 0; i < TokenBudget::most_addresses + 100; ++i)
        budget.charge("host" + std::to_string(i), 200000, clock.now());
    CHECK(budget.addresses() == TokenBudget::most_addresses);
    CHECK(budget.has_left("host0", clock.now()));
    CHECK_FALSE(budget.has_left("host100", clock.now()));
}

TEST_CASE("of the tokens that were good those stay known that come again") {
    KnownTokens known;
    CHECK_FALSE(known.has(digest(0)));
    for (std::size_t n = 0; n < 5 * KnownTokens::most; ++n) {
        known.add(digest(n));
        REQUIRE(known.has(digest(0)));
        REQUIRE(known.size() <= KnownTokens::most);
    }
    CHECK(known.has(digest(5 * KnownTokens::most - KnownTokens::most / 2)));
    CHECK_FALSE(known.has(digest(1)));
    known.clear();
    CHECK_FALSE(known.has(digest(0)));
}

TEST_CASE(
    "tokens without a key id against many slow keys take a quarter of a core, not all of it") {
    const auth::Tokens tokens = slow_tokens();
    test::HandClock clock;
    TokenGate gate;
    const std::int64_t now_ms = 1000000;
    const std::string bad = spoiled(slow_token("u1", 2000000));
    int read = 0; // of 500 in a second
    for (int i = 0; i < 500; ++i) {
        clock.advance(2ms);
        if (gate.check(tokens, bad, "192.0.2.1", clock.now(), now_ms)) ++read;
    }
    CHECK(read > 10);
    CHECK(read < 100); // each of them is 5 ms
    CHECK(gate.unread().count == static_cast<std::uint64_t>(500 - read));
    CHECK(gate.unread().address == "192.0.2.1");
}

TEST_CASE("where an address has nothing left, a token that was good is taken, until it expires") {
    const auth::Tokens tokens = slow_tokens();
    TokenGate gate;
    const base::Time now{};
    const auto outcome = [&](const std::string &token, std::int64_t now_ms) -> std::string {
        const auto out = gate.check(tokens, token, "192.0.2.1", now, now_ms);
        if (!out) return "unread";
        const auto *refusal = std::get_if<auth::TokenRefusal>(&*out);
        return refusal != nullptr ? refusal->code : "good";
    };
    const std::string good = slow_token("u1", 2000000), other = slow_token("u2", 2000000);
    CHECK(outcome(good, 1000000) == "good");
    for (int i = 0; i < 100 && outcome(spoiled(good), 1000000) != "unread"; ++i)
        CHECK(i < 50);
    CHECK(outcome(other, 1000000) == "unread");
    CHECK(outcome(good, 1000000) == "good");
    CHECK(outcome(good, 2000000) == "token_expired");
    CHECK(outcome(std::string(auth::max_token + 1, 'x'), 1000000) == "token_too_large");
    gate.keys_changed();
    CHECK(outcome(good, 1000000) == "unread");
}

TEST_CASE("good tokens cost their address nothing, however many come") {
    const auth::Tokens tokens = slow_tokens();
    TokenGate gate;
    for (int i = 0; i < 300; ++i) { // 200 ms
        const auto out = gate.check(tokens, slow_token("u" + std::to_string(i), 2000000),
                                    "192.0.2.1", base::Time{}, 1000000);
        REQUIRE(out);
        REQUIRE(std::holds_alternative<auth::Verified>(*out));
    }
}
