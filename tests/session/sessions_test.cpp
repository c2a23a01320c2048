#include "engine.hpp"
#include "support/session_defaults.hpp"

#include <doctest/doctest.h>

using namespace roomd;
using namespace roomd::test;

namespace {

session::Options quick() {
    session::Options options = test::session_defaults();
    options.ping_interval = 300ms;
    options.ping_timeout = 200ms;
    return options;
}

} // namespace

TEST_CASE("a websocket session opens with its open packet, which offers no upgrade") {
    Engine e;
    FakeLink ws(Transport::websocket);
    e.sessions.open(Transport::websocket, session::Handshake{}, ws);
    e.turn();
    REQUIRE(ws.got.size() == 1);
    CHECK(ws.got[0].find("\"upgrades\":[]") != std::string::npos);
    CHECK(e.heard.opens == 1);
}

TEST_CASE("a session is pinged an interval after its last pong and dies without one") {
    Engine e(quick());
    FakeLink ws(Transport::websocket);
    const SessionId id = e.websocket(ws);
    e.pass(290ms);
    CHECK(ws.got.empty());
    e.pass(20ms);
    CHECK(ws.got == Log{"2"});
    e.pass(100ms);
    e.sessions.text(id, ws, "3");
    e.pass(290ms);
    CHECK(ws.got.size() == 1);
    e.pass(20ms);
    CHECK(ws.got.size() == 2);
    e.pass(180ms);
    CHECK(e.alive(id));
    e.pass(30ms);
    CHECK(e.heard.log == Log{"closed: ping timeout"});
    CHECK(ws.closed == Goodbye::polite);
}

TEST_CASE("a session is dead for find() exactly when interval and time-out are over") {
    Engine e(quick());
    const SessionId id = e.polling();
    const std::string sid = e.sid(id);
    e.pass(490ms);
    e.clock.advance(9ms);
    CHECK(e.sessions.find(sid) == id);
    e.clock.advance(1ms); // no tick yet
    CHECK(e.sessions.find(sid) == SessionId::none);
    e.pass(20ms);
    CHECK(e.heard.log == Log{"closed: ping timeout"});
}

TEST_CASE("traffic buys one more time-out while a pong is awaited, but only one") {
    Engine e(quick());
    FakeLink ws(Transport::websocket);
    const SessionId id = e.websocket(ws);
    e.pass(310ms);
    e.pass(150ms);
    e.sessions.text(id, ws, "4a");
    e.pass(150ms);
    CHECK(e.alive(id));
    e.sessions.text(id, ws, "4b");
    e.pass(80ms);
    CHECK(!e.alive(id));
}

TEST_CASE("a pong that nobody asked for changes nothing") {
    Engine e(quick());
    FakeLink ws(Transport::websocket);
    const SessionId id = e.websocket(ws);
    e.pass(200ms);
    e.sessions.text(id, ws, "3whatever");
    e.pass(120ms);
    CHECK(ws.got == Log{"2"});
}

TEST_CASE("a close packet over websocket ends the session at once") {
    Engine e;
    FakeLink ws(Transport::websocket);
    const SessionId id = e.websocket(ws);
    e.sessions.text(id, ws, "1");
    CHECK(e.heard.log == Log{"closed: transport close"});
    e.sessions.text(id, ws, "4late");
    e.turn();
    CHECK(ws.closed == Goodbye::polite);
    CHECK(e.heard.log.size() == 1);
}

TEST_CASE("malformed, oversized and wrong frames end a websocket session with their reason") {
    session::Options options = test::session_defaults();
    options.max_payload = 10;
    for (const auto &[frame, reason] : std::initializer_list<std::pair<const char *, const char *>>{
             {"x", "closed: parse error"},
             {"", "closed: parse error"},
             {"2", "closed: transport error"},
             {"4aaaaaaaaaa", "closed: transport error"}}) {
        Engine e(options);
        FakeLink ws(Transport::websocket);
        const SessionId id = e.websocket(ws);
        e.sessions.text(id, ws, frame);
        CHECK(e.heard.log == Log{reason});
    }
}

TEST_CASE("a graceful close flushes first, waits for a blocked peer, and not for ever") {
    Engine e;
    FakeLink ws(Transport::websocket), stuck(Transport::websocket);
    const SessionId one = e.websocket(ws), two = e.websocket(stuck);
    ws.blocks = stuck.blocks = true;
    e.sessions.send(one, message("a"), Delivery::reliable);
    e.sessions.send(two, message("a"), Delivery::reliable);
    e.turn();
    e.sessions.send(one, message("b"), Delivery::reliable);
    e.sessions.close(one, CloseReason::forced_close);
    e.sessions.close(two, CloseReason::forced_close);
    e.turn();
    CHECK(!ws.closed);
    ws.blocks = false;
    e.sessions.writable(one, ws);
    e.turn();
    CHECK(ws.got == Log{"4a", "4b"});
    CHECK(ws.closed == Goodbye::polite);
    e.pass(31s);
    CHECK(stuck.closed == Goodbye::cut);
    CHECK(e.sessions.get(two) == nullptr);
}

TEST_CASE("frames wait while a peer's window is full") {
    Engine e;
    FakeLink ws(Transport::websocket);
    const SessionId id = e.websocket(ws);
    ws.blocks = true;
    e.sessions.send(id, message("a"), Delivery::reliable);
    e.turn();
    e.sessions.send(id, message("b"), Delivery::reliable);
    e.turn();
    CHECK(ws.flushes == 2); // the open packet's and a's
    ws.blocks = false;
    e.sessions.writable(id, ws);
    e.turn();
    CHECK(ws.got == Log{"4a", "4b"});
}

TEST_CASE("a session is flushed once per iteration, however much was sent") {
    Engine e;
    FakeLink ws(Transport::websocket);
    const SessionId id = e.websocket(ws);
    for (int i = 0; i < 5; ++i)
        e.sessions.send(id, message("a"), Delivery::reliable);
    CHECK(e.sessions.dirty() == 1);
    e.turn();
    CHECK(ws.flushes == 2);
    CHECK(ws.got.size() == 5);
    CHECK(e.sessions.totals().frames_out == 6);
}

TEST_CASE("volatile frames are dropped when the link cannot take them now, as a whole") {
    Engine e;
    FakeLink ws(Transport::websocket), get(Transport::polling);
    const SessionId fast = e.websocket(ws), slow = e.polling();
    const base::FrameRef packet[] = {message("header"), base::Frame::binary("blob")};
    CHECK(e.sessions.send(fast, packet, Delivery::droppable));
    CHECK(!e.sessions.send(slow, packet, Delivery::droppable));
    REQUIRE(e.get(slow, get));
    CHECK(e.sessions.send(slow, packet, Delivery::droppable));
    ws.blocks = true;
    e.turn();
    CHECK(get.got == Log{"4header", "b:blob"});
    CHECK(!e.sessions.send(fast, packet, Delivery::droppable));
    CHECK(e.sessions.totals().dropped_volatile == 2);
}

TEST_CASE("a slow client is closed after the fan-out, never inside it") {
    session::Options options = test::session_defaults();
    options.send_buffer = 100;
    Engine e(options);
    FakeLink ws(Transport::websocket);
    const SessionId id = e.websocket(ws);
    ws.blocks = true;
    const std::string big(60, 'x');
    e.sessions.send(id, message(big), Delivery::reliable);
    e.turn();
    e.sessions.send(id, message(big), Delivery::reliable);
    CHECK(e.sessions.send(id, message(big), Delivery::reliable));
    CHECK(e.alive(id));
    CHECK(!e.sessions.send(id, message(big), Delivery::reliable)); // nothing grows for a lost one
    e.turn();
    CHECK(e.heard.log == Log{"closed: slow client"});
    CHECK(ws.closed == Goodbye::cut);
    CHECK(e.sessions.totals().slow == 1);
}

TEST_CASE("one frame larger than the bound, or a burst the link takes, makes nobody slow") {
    session::Options options = test::session_defaults();
    options.send_buffer = 100;
    Engine e(options);
    FakeLink ws(Transport::websocket);
    const SessionId fast = e.websocket(ws), polling = e.polling();
    e.sessions.send(polling, message(std::string(500, 'x')), Delivery::reliable);
    for (int i = 0; i < 5; ++i)
        e.sessions.send(fast, message(std::string(60, 'x')), Delivery::reliable);
    e.turn();
    CHECK(e.heard.log.empty());
    e.sessions.send(polling, message("one more"), Delivery::reliable);
    e.turn();
    CHECK(e.heard.log == Log{"closed: slow client"});
}

TEST_CASE("a websocket that fails or hangs up ends its session once") {
    Engine e;
    FakeLink ws(Transport::websocket), gone(Transport::websocket), vanishes(Transport::websocket);
    const SessionId one = e.websocket(ws), two = e.websocket(gone), three = e.websocket(vanishes);
    ws.fails = true;
    e.sessions.send(one, message("a"), Delivery::reliable);
    e.turn();
    CHECK(ws.closes == 0);
    e.sessions.link_gone(one, ws, CloseReason::transport_close);
    e.sessions.link_gone(two, gone, CloseReason::transport_close);
    vanishes.on_flush = [&] {
        e.sessions.link_gone(three, vanishes, CloseReason::transport_close);
    };
    e.sessions.send(three, message("a"), Delivery::reliable);
    e.turn();
    CHECK(e.heard.log ==
          Log{"closed: transport error", "closed: transport close", "closed: transport close"});
    CHECK(e.sessions.size() == 0);
}

TEST_CASE("what a closing session makes others send is flushed in the same iteration") {
    Engine e;
    FakeLink bad(Transport::websocket), good(Transport::websocket);
    const SessionId one = e.websocket(bad), two = e.websocket(good);
    e.heard.on_closed = [&](SessionId) {
        e.sessions.send(two, message("left"), Delivery::reliable);
    };
    bad.fails = true;
    e.sessions.send(one, message("a"), Delivery::reliable);
    e.turn();
    CHECK(good.got == Log{"4left"});
    CHECK(e.sessions.dirty() == 0);
}

TEST_CASE("closing all says goodbye to each and waits for none; some leave the others open") {
    Engine e;
    FakeLink ws(Transport::websocket), other(Transport::websocket), get(Transport::polling);
    e.websocket(ws);
    e.websocket(other);
    const SessionId held = e.polling(), absent = e.polling(), lingering = e.polling();
    REQUIRE(e.get(held, get));
    e.sessions.close(lingering, CloseReason::forced_close);
    CHECK(e.sessions.close_some(1, CloseReason::server_shutting_down) == 3);
    e.turn();
    e.sessions.close_all(CloseReason::server_shutting_down);
    e.turn();
    CHECK(ws.closed == Goodbye::polite);
    CHECK(other.closed == Goodbye::polite);
    CHECK(get.got == Log{"1"});
    CHECK(e.sessions.size() == 0);
    CHECK(e.sessions.get(absent) == nullptr);
    CHECK(e.sessions.get(lingering) == nullptr);
    CHECK(e.heard.log.size() == 5);
}

TEST_CASE("new intervals hold for living sessions from their next ping on") {
    Engine e;
    FakeLink ws(Transport::websocket);
    const SessionId id = e.websocket(ws);
    e.sessions.reconfigure(quick());
    e.pass(25010ms);
    CHECK(ws.got == Log{"2"});
    e.sessions.text(id, ws, "3");
    e.pass(310ms);
    CHECK(ws.got.size() == 2);
}

TEST_CASE("a session whose link takes nothing now costs the flush nothing") {
    Engine e;
    const SessionId id = e.polling();
    e.sessions.send(id, message("a"), Delivery::reliable);
    CHECK(e.sessions.dirty() == 0);
    CHECK(e.poll(id) == Log{"4a"});
}

namespace {

session::Options at_most(base::Duration age) {
    session::Options options = test::session_defaults();
    options.ping_interval = 1000s;
    options.ping_timeout = 1000s;
    options.max_age = age;
    return options;
}

} // namespace

TEST_CASE("sessions are closed in the last fifth of max_age, each at its own time") {
    Engine e(at_most(100s));
    std::vector<std::unique_ptr<FakeLink>> links;
    for (int i = 0; i < 200; ++i) {
        links.push_back(std::make_unique<FakeLink>(Transport::websocket));
        e.websocket(*links.back());
    }
    e.pass(79800ms);
    CHECK(e.sessions.size() == 200);
    std::size_t before = 200, most = 0;
    for (int second = 0; second < 20; ++second) {
        e.pass(1s);
        most = std::max(most, before - e.sessions.size());
        before = e.sessions.size();
    }
    e.pass(400ms);
    CHECK(e.sessions.size() == 0);
    CHECK(most <= 30); // of 10 on average
    CHECK(e.sessions.totals().aged == 200);
    CHECK(e.heard.log.back() == "closed: max age reached");
    CHECK(links.back()->closed == Goodbye::polite);
}

TEST_CASE("what is queued for a session that is too old goes out before its end") {
    Engine e(at_most(10s));
    FakeLink ws(Transport::websocket);
    const SessionId id = e.websocket(ws), polled = e.polling();
    ws.blocks = true;
    e.sessions.send(id, message("a"), Delivery::reliable);
    e.turn();
    e.sessions.send(id, message("b"), Delivery::reliable);
    e.sessions.send(polled, message("c"), Delivery::reliable);
    e.pass(10200ms);
    CHECK(e.heard.log == Log{"closed: max age reached", "closed: max age reached"});
    CHECK(!ws.closed);
    ws.blocks = false;
    e.sessions.writable(id, ws);
    e.turn();
    CHECK(ws.got == Log{"4a", "4b"});
    CHECK(ws.closed == Goodbye::polite);
    CHECK(e.poll(polled) == Log{"4c", "1"});
}

TEST_CASE("pings go on until a session is too old, and without max_age for ever") {
    session::Options options = at_most(0s);
    options.ping_interval = 300ms;
    Engine e(options);
    FakeLink ws(Transport::websocket);
    const SessionId id = e.websocket(ws);
    const auto live = [&](int beats) {
        for (; beats > 0 && e.alive(id); --beats) {
            e.pass(310ms);
            e.sessions.text(id, ws, "3");
        }
        return beats == 0;
    };
    CHECK(live(100));
    options.max_age = 10s;
    e.sessions.reconfigure(options);
    e.pass(2100ms);
    CHECK(!e.alive(id));
}

TEST_CASE("those that are too old for a new max_age leave over a fifth of it") {
    session::Options options = at_most(0s);
    Engine e(options);
    std::vector<std::unique_ptr<FakeLink>> links;
    for (int i = 0; i < 100; ++i) {
        links.push_back(std::make_unique<FakeLink>(Transport::websocket));
        e.websocket(*links.back());
    }
    e.pass(100s);
    options.max_age = 50s;
    e.sessions.reconfigure(options);
    e.pass(1s);
    CHECK(e.sessions.size() > 70);
    e.pass(4s);
    CHECK(e.sessions.size() > 25);
    CHECK(e.sessions.size() < 75);
    e.pass(5200ms);
    CHECK(e.sessions.size() == 0);
}
