#include "people.hpp"

#include <doctest/doctest.h>

using namespace roomd;
using namespace roomd::test;

TEST_CASE("room is made by closing the oldest session that nobody joined with, and no new one") {
    People p; // p.session is the oldest
    p.join();
    FakeLink second(Transport::websocket), third(Transport::websocket);
    p.clock.advance(10ms);
    p.open(second);
    p.clock.advance(10ms);
    p.open(third);
    CHECK(!p.sessions.make_room()); // an honest client needs a moment to join
    p.clock.advance(session::new_for - 10ms);
    CHECK(p.sessions.make_room());
    CHECK(second.closed == session::Goodbye::cut);
    CHECK(!p.sessions.make_room()); // the third is new still
    p.clock.advance(10ms);
    CHECK(p.sessions.make_room());
    CHECK(third.closed == session::Goodbye::cut);
    CHECK(!p.sessions.make_room());
    CHECK(p.open()); // it has joined
    CHECK(p.clients.counts().displaced == 2);
    p.turn();
    CHECK(p.sessions.size() == 1);
}

TEST_CASE("a session that begins in another encoding is closed and counted") {
    People p;
    p.sessions.binary(p.session, p.ws, "\x84\xa4type\x00");
    p.turn();
    CHECK(!p.open());
    CHECK(p.clients.counts().other_parsers == 1);
}

TEST_CASE("a binary message of a client that has joined is not taken for another encoding") {
    People p;
    p.join();
    p.sessions.binary(p.session, p.ws, "stray");
    p.turn();
    CHECK(p.clients.counts().other_parsers == 0);
}
