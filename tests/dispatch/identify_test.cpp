#include "rules_fixture.hpp"

using namespace roomd;
using namespace roomd::test;

namespace {
bool holds(const std::string &text, std::string_view part) {
    return text.find(part) != std::string::npos;
}
} // namespace

TEST_CASE_FIXTURE(IdentityFixture, "who sends no token is refused, and no plugin is asked") {
    fake.connect("/", "");
    CHECK(holds(last_refusal(), R"({"code":"token_missing","retryable":false})"));
    CHECK(hooks.log.empty());
}

TEST_CASE_FIXTURE(IdentityFixture, "where tokens are optional, who sends none is nobody") {
    options.auth = dispatch::AuthMode::optional;
    router.reconfigure(options);
    const auto ann = fake.connect("/", R"({"token":null})");
    CHECK(fake.sent(ann) == Texts{"0"});
    CHECK(ask(ann, "join:library", R"(["l1"])") != "");
    CHECK_FALSE(in(ann, "library:l1"));

    fake.connect("/", R"({"token":"x.y.z"})");
    CHECK(holds(last_refusal(), "token_malformed"));
}

TEST_CASE_FIXTURE(IdentityFixture, "the token of CONNECT counts before the header's, a header's "
                                   "before the cookie's") {
    const std::string header = token(R"({"sub":"header"})"), cookie = token(R"({"sub":"cookie"})");
    fake.facts.headers = {{"cookie", "a=b; session=" + cookie}};
    const auto by_cookie = fake.connect("/", "");
    CHECK(in(by_cookie, "user:cookie"));

    fake.facts.headers.emplace_back("authorization", "bearer " + header);
    const auto by_header = fake.connect("/", "{}");
    CHECK(in(by_header, "user:header"));
    CHECK(in(enter(R"({"sub":"packet"})"), "user:packet"));

    fake.connect("/", R"({"token":"bad"})");
    CHECK(holds(last_refusal(), "token_malformed"));
    fake.connect("/", R"({"token":["bad"]})");
    CHECK(holds(last_refusal(), "token_malformed"));
}

TEST_CASE_FIXTURE(IdentityFixture, "the query's token counts where there is no other") {
    fake.facts.token = token(R"({"sub":"query"})");
    CHECK(in(fake.connect("/", ""), "user:query"));
    CHECK(in(enter(R"({"sub":"packet"})"), "user:packet"));
    fake.facts.headers = {{"cookie", "session=bad"}};
    fake.connect("/", "");
    CHECK(holds(last_refusal(), "token_malformed"));
    fake.facts.headers = {{"authorization", "Bearer bad"}};
    fake.connect("/", "");
    CHECK(holds(last_refusal(), "token_malformed"));

    fake.facts.headers.clear();
    fake.facts.token = "bad";
    fake.connect("/", "");
    CHECK(holds(last_refusal(), "token_malformed"));
}

TEST_CASE_FIXTURE(IdentityFixture,
                  "a key that has vanished admits nobody, not even by a token that "
                  "was accepted; who is in stays") {
    const auto ann = enter(R"({"sub":"u1"})");
    auth::Issuer issuer;
    issuer.algorithms = {auth::Algorithm::HS256};
    issuer.require_exp = false;
    issuer.keys = {*auth::parse_keys("another secret of 32 bytes or more", issuer.algorithms)};
    router.use_tokens(std::make_shared<const auth::Tokens>(std::vector{std::move(issuer)},
                                                           auth::ClaimNames{}, base::Duration{}));
    fake.connect("/", with_token(R"({"sub":"u1"})"));
    CHECK(holds(last_refusal(), "token_signature"));
    CHECK(in(ann, "user:u1"));
}

TEST_CASE_FIXTURE(IdentityFixture,
                  "tokens whose key is not there say whose keys are to be fetched, "
                  "each once") {
    auth::Issuer issuer;
    issuer.algorithms = {auth::Algorithm::HS256};
    issuer.jwks_url = "https://id.example.com/jwks";
    router.use_tokens(std::make_shared<const auth::Tokens>(std::vector{std::move(issuer)},
                                                           auth::ClaimNames{}, base::Duration{}));
    CHECK(router.take_issuers_lacking_keys().empty());
    for (const char *user : {R"({"sub":"u1"})", R"({"sub":"u2"})"}) {
        fake.connect("/", with_token(user));
        CHECK(holds(last_refusal(), R"({"code":"keys_unavailable","retryable":true})"));
    }
    CHECK(router.take_issuers_lacking_keys() == std::vector<std::size_t>{0});
    CHECK(router.take_issuers_lacking_keys().empty());
    fake.connect("/", with_token(R"({"sub":"u1"})"));
    router.reconfigure(options); // the indexes mean other issuers now
    CHECK(router.take_issuers_lacking_keys().empty());
}

TEST_CASE_FIXTURE(IdentityFixture, "two cookies of the same name count as none") {
    const std::string good = token(R"({"sub":"u1"})");
    fake.facts.headers = {{"cookie", "session=" + good + "; session=" + good}};
    fake.connect("/", "");
    CHECK(holds(last_refusal(), "token_malformed"));
    fake.facts.headers = {{"cookie", "xsession=" + good + "; Session=" + good + ";session"}};
    fake.connect("/", "");
    CHECK(holds(last_refusal(), "token_missing"));
    fake.facts.headers = {{"cookie", "session=\"" + good + "\""}};
    CHECK(in(fake.connect("/", ""), "user:u1"));
}

TEST_CASE_FIXTURE(IdentityFixture, "plugins see who it is, and may say otherwise") {
    hooks.on_connecting = [&](const dispatch::Connecting &c) {
        CHECK(holds(std::string{c.identity}, R"("user":"u1")"));
        router.decide_connect(c.client, yes(R"({"user":"u9","sub":"u9"})"));
        return Next::taken;
    };
    const auto ann = enter(R"({"sub":"u1"})");
    CHECK(in(ann, "user:u9"));
    CHECK_FALSE(in(ann, "user:u1"));
    CHECK(router.kick("u9", false) == 1);
}

TEST_CASE_FIXTURE(IdentityFixture, "a plugin that only accepts leaves the identity as it is") {
    hooks.on_connecting = [&](const dispatch::Connecting &c) {
        router.decide_connect(c.client, yes());
        return Next::taken;
    };
    CHECK(in(enter(R"({"sub":"u1"})"), "user:u1"));
}

TEST_CASE_FIXTURE(IdentityFixture, "the sooner of two expiries holds") {
    const std::int64_t now = base::unix_ms();
    const std::string hour = std::to_string(now / 1000 + 3600);
    hooks.on_connecting = [&](const dispatch::Connecting &c) {
        router.decide_connect(c.client, yes({}, now + 60000));
        return Next::taken;
    };
    const auto ann = enter(R"({"sub":"u1","exp":)" + hour + "}");
    hooks.on_connecting = nullptr;
    const auto bob = enter(R"({"sub":"u2","exp":)" + hour + "}");
    clock.advance(base::Duration{61000});
    CHECK(ask(ann, "join:role", R"(["x"])") != ""); // over already, though nobody has looked
    router.tick();
    CHECK_FALSE(fake.alive(ann));
    CHECK(fake.alive(bob));
    clock.advance(base::Duration{3600000});
    router.tick();
    CHECK_FALSE(fake.alive(bob));
}

TEST_CASE_FIXTURE(IdentityFixture, "a member whose time is over joins nothing more") {
    const std::int64_t now = base::unix_ms();
    const auto ann =
        enter(R"({"sub":"u1","libraryIds":["l1"],"exp":)" + std::to_string(now / 1000 + 60) + "}");
    clock.advance(base::Duration{61000});
    CHECK(holds(ask(ann, "join:library", R"(["l1"])"), "room_denied"));
}

TEST_CASE_FIXTURE(IdentityFixture,
                  "a portal's roles apply to its pages, also when a plugin gives the identity") {
    options.portals = {{"owner", {"library_owner", "staff"}}, {"open", {}}};
    router.reconfigure(options);
    fake.facts.portal = "owner";
    enter(R"({"sub":"u1","role":"student"})");
    CHECK(holds(last_refusal(), R"("code":"portal_role")"));
    CHECK(fake.alive(enter(R"({"sub":"u1","role":["student","staff"]})")));
    hooks.on_connecting = [&](const dispatch::Connecting &c) {
        router.decide_connect(c.client, yes(R"({"user":"u1","role":"student"})"));
        return Next::taken;
    };
    const auto vouched = enter(R"({"sub":"u1","role":"staff"})");
    CHECK_FALSE(fake.alive(vouched));
    hooks.on_connecting = nullptr;
    fake.facts.portal = "open";
    CHECK(fake.alive(enter(R"({"sub":"u1"})")));
}

TEST_CASE_FIXTURE(IdentityFixture, "one person has as many clients as per_user says") {
    options.per_user = 2;
    router.reconfigure(options);
    const auto first = enter(R"({"sub":"u1"})");
    enter(R"({"sub":"u1"})");
    CHECK_FALSE(fake.alive(enter(R"({"sub":"u1"})")));
    CHECK(holds(last_refusal(), R"({"code":"too_many_connections","retryable":true})"));
    CHECK(fake.alive(enter(R"({"sub":"u2"})")));
    fake.leave(first, session::CloseReason::transport_close);
    CHECK(fake.alive(enter(R"({"sub":"u1"})")));
}

TEST_CASE_FIXTURE(IdentityFixture, "what happens in a portal is counted by its name") {
    options.portals = {{"student", {}}};
    router.reconfigure(options);
    fake.facts.portal = "student";
    const auto ann = enter(R"({"sub":"u1","role":"student","libraryIds":["l1"]})");
    fake.connect("/", "");
    ask(ann, "join:library", R"(["l1"])");
    ask(ann, "join:library", R"(["l2"])");
    const dispatch::Counters &counters = router.counters();
    CHECK(counters.connects.of({"student", "websocket"}) == 1);
    CHECK(counters.refused.of({"token_missing", "student", "websocket"}) == 1);
    CHECK(counters.joins.sum() == 3);
    CHECK(counters.joins.of({"library", "student"}) == 1);
    CHECK(counters.joins_refused.of({"library", "room_denied", "student"}) == 1);
    CHECK(counters.handshakes.count() == 2);
    fake.leave(ann, session::CloseReason::ping_timeout);
    CHECK(counters.disconnects.of({"ping timeout", "student", "websocket"}) == 1);
    CHECK(counters.disconnects.sum() == 1);
    options.portals = {{"pupil", {}}};
    router.reconfigure(options);
    CHECK(counters.connects.sum() + counters.refused.sum() + counters.disconnects.sum() +
              counters.joins.sum() + counters.joins_refused.sum() ==
          0);
}

TEST_CASE_FIXTURE(IdentityFixture,
                  "a verdict that comes late meets the rules and the time of now") {
    std::vector<base::ClientId> waiting;
    hooks.on_connecting = [&](const dispatch::Connecting &c) {
        waiting.push_back(c.client);
        return Next::taken;
    };
    options.auth = dispatch::AuthMode::optional;
    router.reconfigure(options);
    // An identity is needed now.
    fake.connect("/", {});
    options.auth = dispatch::AuthMode::required;
    router.reconfigure(options);
    router.decide_connect(waiting.back(), yes());
    CHECK(last_refusal().find("token_missing") != std::string::npos);
    // The plugin's own will do.
    fake.connect("/", {});
    CHECK(last_refusal().find("token_missing") != std::string::npos); // refused before it is asked
    // Its namespace is gone.
    fake.connect("/custom", with_token(R"({"sub":"u1"})"));
    options.namespaces.clear();
    router.reconfigure(options);
    router.decide_connect(waiting.back(), yes());
    CHECK(last_refusal().find("Invalid namespace") != std::string::npos);
    // The time that the plugin gives is over.
    fake.connect("/", with_token(R"({"sub":"u1"})"));
    router.decide_connect(waiting.back(), yes({}, 1));
    CHECK(last_refusal().find("token_expired") != std::string::npos);
    CHECK(router.stats(10).clients == 0);
    // Kicked while it waits.
    const auto kicked = fake.connect("/", with_token(R"({"sub":"u1"})"));
    CHECK(router.kick("u1", false) == 1);
    CHECK_FALSE(fake.alive(kicked));
    CHECK(router.decide_connect(kicked, yes()) == Status::gone);
}

TEST_CASE_FIXTURE(IdentityFixture,
                  "who sends too many bad tokens is told to wait; a token of before still enters") {
    fake.handshake.address = base::address_from("192.0.2.7");
    const std::string mine = with_token(R"({"sub":"u1"})");
    CHECK(fake.alive(fake.connect("/", mine)));
    const std::string bad = R"({"token":")" + std::string(8000, 'x') + ".y.z\"}";
    const auto told_to_wait = [&] {
        return holds(last_refusal(), R"({"code":"too_many_attempts","retryable":true})");
    };
    for (int i = 0; i < 10000 && !told_to_wait(); ++i)
        fake.connect("/", bad);
    CHECK(told_to_wait());
    CHECK(router.tokens_unread().count == 1);
    CHECK(router.tokens_unread().address == "192.0.2.7");
    CHECK_FALSE(fake.alive(enter(R"({"sub":"u2"})"))); // never seen
    CHECK(fake.alive(fake.connect("/", mine)));
    fake.handshake.address = base::address_from("192.0.2.8");
    CHECK(fake.alive(enter(R"({"sub":"u2"})")));

    fake.handshake.address = base::address_from("192.0.2.7");
    CHECK(router.tokens_unread().count == 2);
    clock.advance(base::Duration{1000});
    CHECK(fake.alive(enter(R"({"sub":"u3"})")));
}

TEST_CASE_FIXTURE(IdentityFixture, "a token that was good is not, when the keys are others") {
    const std::string mine = with_token(R"({"sub":"u1"})");
    CHECK(fake.alive(fake.connect("/", mine)));
    auth::Issuer issuer;
    issuer.algorithms = {auth::Algorithm::HS256};
    issuer.require_exp = false;
    issuer.keys = {
        *auth::parse_keys("another secret, and of 32 bytes or more too", issuer.algorithms)};
    options.tokens = std::make_shared<const auth::Tokens>(std::vector{std::move(issuer)},
                                                          auth::ClaimNames{}, base::Duration{});
    router.reconfigure(options);
    CHECK_FALSE(fake.alive(fake.connect("/", mine)));
    CHECK(holds(last_refusal(), "token_signature"));
}
