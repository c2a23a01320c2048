#include "engine.hpp"

#include <doctest/doctest.h>

using namespace roomd;
using namespace roomd::test;

TEST_CASE("the time from a ping to its pong is what the client took, late checks aside") {
    session::Options options = session_defaults();
    options.ping_interval = 300ms;
    Engine e(options);
    FakeLink ws(Transport::websocket);
    const SessionId id = e.websocket(ws);
    while (ws.got.empty())
        e.pass(10ms);
    e.clock.advance(30ms);
    for (int i = 0; i < 2; ++i)
        e.sessions.text(id, ws, "3"); // the second was asked by nobody
    CHECK(e.sessions.pongs().count() == 1);
    CHECK(e.sessions.pongs().seconds() == doctest::Approx(0.03));
}
