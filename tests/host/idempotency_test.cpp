#include "host/idempotency.hpp"
#include "support/hand_clock.hpp"
#include "support/host_defaults.hpp"

#include <doctest/doctest.h>

using namespace roomd;
using host::Idempotency;
using test::at;
using Seen = Idempotency::Seen;

namespace {
host::OwnedEmit keyed(std::string key, std::string json = "[1]") {
    host::OwnedEmit emit;
    emit.nsp = "/";
    emit.event = "news";
    emit.rooms = {"a"};
    emit.key = std::move(key);
    emit.args.json = std::move(json);
    return emit;
}
host::OwnedEmit keyed_of(std::string api_key, std::string key) {
    host::OwnedEmit emit = keyed(std::move(key));
    emit.on_behalf = std::move(api_key);
    return emit;
}
Idempotency::Result result(std::string id) {
    Idempotency::Result out;
    out.id = std::move(id);
    return out;
}
} // namespace

TEST_CASE("a key seen within the window gives the first result") {
    Idempotency table(test::idempotency_defaults());
    const Idempotency::Result *first = nullptr;
    CHECK(table.look(keyed("k"), at(0), first) == Seen::never);
    table.keep(keyed("k"), at(0), result("one"));
    REQUIRE(table.look(keyed("k"), at(1), first) == Seen::same);
    CHECK(first->id == "one");
}

TEST_CASE("the same key with any other content is a conflict") {
    Idempotency table(test::idempotency_defaults());
    const Idempotency::Result *first = nullptr;
    table.keep(keyed("k"), at(0), result("one"));
    CHECK(table.look(keyed("k", "[2]"), at(1), first) == Seen::other_content);
    host::OwnedEmit other = keyed("k");
    other.rooms = {"a", "b"};
    CHECK(table.look(other, at(1), first) == Seen::other_content);
    other = keyed("k");
    other.rooms.clear();
    other.except = {"a"};
    CHECK(table.look(other, at(1), first) == Seen::other_content);
    other = keyed("k");
    other.flags = ROOMD_EMIT_VOLATILE;
    CHECK(table.look(other, at(1), first) == Seen::other_content);
    for (base::ClientId host::OwnedEmit::*client :
         {&host::OwnedEmit::to, &host::OwnedEmit::without}) {
        other = keyed("k");
        other.*client = base::ClientId{7};
        CHECK(table.look(other, at(1), first) == Seen::other_content);
    }
}

TEST_CASE("each API key has idempotency keys of its own") {
    Idempotency table(test::idempotency_defaults());
    const Idempotency::Result *first = nullptr;
    host::OwnedEmit ann = keyed("k"), bob = keyed("k", "[2]");
    ann.on_behalf = "ann";
    bob.on_behalf = "bob";
    table.keep(ann, at(0), result("one"));
    CHECK(table.look(bob, at(1), first) == Seen::never);
    CHECK(table.look(keyed("k"), at(1), first) == Seen::never);
    table.keep(bob, at(1), result("two"));
    REQUIRE(table.look(ann, at(2), first) == Seen::same);
    CHECK(first->id == "one");
}

TEST_CASE("a key is forgotten at the end of its window") {
    host::IdempotencyOptions options = test::idempotency_defaults();
    options.window = base::Duration{100};
    Idempotency table(options);
    const Idempotency::Result *first = nullptr;
    table.keep(keyed("k"), at(0), result("one"));
    CHECK(table.look(keyed("k"), at(99), first) == Seen::same);
    CHECK(table.look(keyed("k"), at(100), first) == Seen::never);
    CHECK(table.size() == 0);
    CHECK(table.bytes() == 0);
}

TEST_CASE("an emitter of 10,000 events a second may send one again for seven seconds") {
    Idempotency table(test::idempotency_defaults());
    const Idempotency::Result *first = nullptr;
    Idempotency::Result told = result("Kl94LFpPGoi2-70000");
    told.emitted.rooms = {"library:library123", "user:user-1234567"};
    const auto nth = [](int n) {
        return keyed_of("backend", "01JDW8ZZZZZZZZZZZZ" + std::to_string(10000000 + n));
    };
    for (int n = 0; n < 70000; ++n)
        table.keep(nth(n), at(n / 10), told);
    CHECK(table.look(nth(0), at(7000), first) == Seen::same);
}

TEST_CASE("over the bound of entries or bytes the oldest key goes first") {
    host::IdempotencyOptions options = test::idempotency_defaults();
    SUBCASE("entries") {
        options.entries = 2;
    }
    SUBCASE("bytes") {
        options.bytes = 700;
    }
    Idempotency table(options);
    const Idempotency::Result *first = nullptr;
    for (const char *key : {"a", "b", "c"})
        table.keep(keyed(key), at(0), result("x"));
    CHECK(table.size() == 2);
    CHECK(table.look(keyed("a"), at(1), first) == Seen::never);
    CHECK(table.look(keyed("c"), at(1), first) == Seen::same);
    CHECK(table.bytes() <= options.bytes);
}

TEST_CASE("a flood of one API key pushes out its own keys, not those of another") {
    host::IdempotencyOptions options = test::idempotency_defaults();
    SUBCASE("entries") {
        options.entries = 8;
    }
    SUBCASE("bytes") {
        options.bytes = 8 * 300;
    }
    Idempotency table(options);
    const Idempotency::Result *first = nullptr;
    for (const char *key : {"a", "b", "c"})
        table.keep(keyed_of("quiet", key), at(0), result("quiet"));
    for (int i = 0; i < 1000; ++i)
        table.keep(keyed_of("loud", "key" + std::to_string(i)), at(1), result("loud"));

    for (const char *key : {"a", "b", "c"})
        CHECK(table.look(keyed_of("quiet", key), at(2), first) == Seen::same);
    CHECK(table.look(keyed_of("loud", "key0"), at(2), first) == Seen::never);
    CHECK(table.look(keyed_of("loud", "key999"), at(2), first) == Seen::same);
    CHECK(table.size() <= 8);
    CHECK(table.bytes() <= options.bytes);
}

TEST_CASE("an API key may have the whole table while no other needs it") {
    host::IdempotencyOptions options = test::idempotency_defaults();
    options.entries = 4;
    Idempotency table(options);
    const Idempotency::Result *first = nullptr;
    for (const char *key : {"a", "b", "c", "d"})
        table.keep(keyed_of("one", key), at(0), result("x"));
    CHECK(table.size() == 4);
    // Who comes later gets its share, from the one that has most.
    for (const char *key : {"a", "b", "c"})
        table.keep(keyed_of("two", key), at(1), result("x"));
    CHECK(table.size() == 4);
    CHECK(table.look(keyed_of("one", "b"), at(2), first) == Seen::never);
    CHECK(table.look(keyed_of("one", "d"), at(2), first) == Seen::same);
    CHECK(table.look(keyed_of("two", "a"), at(2), first) == Seen::never);
    CHECK(table.look(keyed_of("two", "c"), at(2), first) == Seen::same);
}
