#include "fixture.hpp"

#include "dispatch/identities.hpp"

#include <cstdint>
#include <limits>

using namespace roomd;
using namespace roomd::test;

namespace {
struct Known : RouterFixture {
    base::ClientId connect_as(std::string_view identity, std::int64_t expires = 0,
                              int session = 0) {
        hooks.on_connecting = [&](const dispatch::Connecting &c) {
            router.decide_connect(c.client, yes(identity, expires));
            return Next::taken;
        };
        const base::ClientId client = connect("/", session);
        hooks.on_connecting = nullptr;
        return client;
    }
};
} // namespace

TEST_CASE_FIXTURE(Known, "the verdict's identity is shown to every later hook") {
    hooks.on_connecting = [&](const dispatch::Connecting &c) {
        router.decide_connect(c.client, yes(R"({"user":"ann"})"));
        return Next::taken;
    };
    const auto client = fake.connect();
    std::string joining, left;
    hooks.on_joining = [&](const dispatch::Joining &j) {
        joining = j.identity;
        return Next::pass;
    };
    hooks.on_left = [&](const dispatch::Left &l) { left = l.identity; };
    fake.event(client, "a", "[]");
    fake.event(client, "join:library", "[1]");
    fake.leave(client, session::CloseReason::transport_close);

    CHECK(hooks.log[1] == R"(connected / {"user":"ann"})");
    CHECK(hooks.identities == Texts{R"({"user":"ann"})"});
    CHECK(joining == R"({"user":"ann"})");
    CHECK(left == R"({"user":"ann"})");
}

TEST_CASE_FIXTURE(Known, "an identity stays readable in the hook that sends its client away") {
    const auto client = connect_as(R"({"user":"ann"})");
    std::string after;
    dispatch::Identities identities;
    identities.set(client, R"({"user":"ann"})", std::nullopt);
    const std::string_view shown = identities.of(client);
    identities.drop(client);
    CHECK(shown == R"({"user":"ann"})"); // ASan sees it when it is not
    CHECK(identities.of(client).empty());
    identities.free_dropped();
    CHECK(identities.size() == 0);
}

TEST_CASE_FIXTURE(Known, "kick ends every client of one user and nobody else") {
    const auto ann = connect_as(R"({"user":"ann"})"), tab = connect_as(R"({"user":"ann"})");
    const auto annika = connect_as(R"({"user":"annika"})"), nobody = connect();

    CHECK(router.kick("ann", false) == 2);
    CHECK_FALSE(fake.alive(ann));
    CHECK_FALSE(fake.alive(tab));
    CHECK(fake.alive(annika));
    CHECK(fake.alive(nobody));
    CHECK(fake.ended == Texts{"server namespace disconnect", "server namespace disconnect"});
    CHECK(router.kick("ann", false) == 0);
    CHECK(router.kick("", false) == 0);
}

TEST_CASE_FIXTURE(Known, "kick with the session counts the clients it takes along") {
    const auto one = connect_as(R"({"user":"ann"})", 0, 5);
    const auto two = connect_as(R"({"user":"ann"})", 0, 5);
    CHECK(router.kick("ann", true) == 2);
    CHECK_FALSE(fake.alive(one));
    CHECK_FALSE(fake.alive(two));
    CHECK(fake.ended == Texts{"forced close session"});
}

TEST_CASE_FIXTURE(Known, "a user may be a number, and nothing but text or number") {
    const auto seven = connect_as(R"({"user":7})");
    connect_as(R"({"user":[7]})");
    connect_as(R"({"user":null})");
    connect_as(R"({"name":"7"})");
    CHECK(router.kick("null", false) == 0);
    CHECK(router.kick("[7]", false) == 0);
    CHECK(router.kick("7", false) == 1);
    CHECK_FALSE(fake.alive(seven));
}

TEST_CASE_FIXTURE(Known, "an expired client's transport is closed at the next tick, not before") {
    const auto client = connect_as("", base::unix_ms() + 60000);
    clock.advance(base::Duration{50000});
    router.tick();
    CHECK(fake.alive(client));

    clock.advance(base::Duration{11000});
    router.tick();
    CHECK_FALSE(fake.alive(client));
    CHECK(fake.ended == Texts{"token expired session"});
}

TEST_CASE_FIXTURE(Known, "an expiry in the past ends at the next tick; far ahead, never") {
    const auto past = connect_as("", 1), before = connect_as("", -5);
    const auto future = connect_as("", std::numeric_limits<std::int64_t>::max());
    const auto never = connect_as("", 0);
    router.tick();
    CHECK_FALSE(fake.alive(past));
    CHECK_FALSE(fake.alive(before));
    clock.advance(base::Duration{std::chrono::hours{24 * 365}});
    router.tick();
    CHECK(fake.alive(future));
    CHECK(fake.alive(never));
}

TEST_CASE_FIXTURE(Known, "a client that went before its expiry is not asked for again") {
    const auto client = connect_as("", base::unix_ms() + 1000);
    fake.leave(client, session::CloseReason::transport_close);
    clock.advance(base::Duration{5000});
    router.tick();
    CHECK(fake.ended.empty());
}

TEST_CASE("a client of whom nothing is known costs no entry") {
    dispatch::Identities identities;
    identities.set(base::ClientId{1}, "", std::nullopt);
    CHECK(identities.size() == 0);
}
