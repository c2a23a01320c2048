#include "host/patterns.hpp"

#include "fixture.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace roomd;
using test::str;

TEST_CASE("a pattern that some event, room or namespace can match is taken") {
    for (const char *event :
         {"ask", "*", "join*", "join:*", "join:shelf", "join:error", "connect*", "seat:x"})
        CHECK(host::why_never_event(event) == nullptr);
    for (const char *room : {"library:a", "library:*", "lib*", "*", "plain", "a@b.c~d+e-f_g"})
        CHECK(host::why_never_room(room) == nullptr);
    for (const char *nsp : {"/", "/chat", "/chat*", "*", "/*"})
        CHECK(host::why_never_namespace(nsp) == nullptr);
}

TEST_CASE("a pattern that nothing can match is refused with the reason") {
    for (const char *event : {"connect", "disconnect", "newListener"})
        CHECK(host::why_never_event(event) != nullptr);
    for (const char *room : {"", "a b", "library:", "library:a b", "a b*", "a|b:c", "a|b:*", ":*"})
        CHECK(host::why_never_room(room) != nullptr);
    for (const char *nsp : {"", "chat", "/a b", "/a b*"})
        CHECK(host::why_never_namespace(nsp) != nullptr);
    CHECK(host::why_never_room(std::string(256, 'a') + "*") != nullptr);
}

TEST_CASE("a hook that can never be called is refused where it is made") {
    test::Shard shard;
    puppet &p = shard.play();
    roomd_handle handle = 0;
    const roomd_event_fn event = [](void *, const roomd_event *) { return ROOMD_PASS; };
    const roomd_join_fn join = [](void *, const roomd_join *) { return ROOMD_PASS; };
    const auto on_event = [&](const char *nsp, const char *name) {
        return p.host->on_event(p.self, str(nsp), str(name), event, nullptr, &handle);
    };
    const auto on_join = [&](const char *room) {
        return p.host->on_join(p.self, str(""), str(room), join, nullptr, &handle);
    };
    CHECK(on_event("/", "disconnect") == ROOMD_INVALID);
    CHECK(on_event("/a b", "ask") == ROOMD_INVALID);
    CHECK(on_join("library:a b") == ROOMD_INVALID);
    CHECK(on_event("", "ask") == ROOMD_OK);
    CHECK(on_join("library:*") == ROOMD_OK);
}
