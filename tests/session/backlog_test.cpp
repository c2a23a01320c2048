#include "engine.hpp"
#include "support/session_defaults.hpp"

#include <doctest/doctest.h>

#include <deque>
#include <string>
#include <vector>

using namespace roomd;
using namespace roomd::test;

namespace {

constexpr std::size_t kb = 1000;

session::Options bound(std::size_t total) {
    session::Options options = test::session_defaults();
    options.send_buffer = 1000 * kb;
    options.send_buffer_total = total;
    return options;
}

base::FrameRef frame(std::size_t size) {
    return message(std::string(size, 'x'));
}

// Websockets whose windows are full.
struct Blocked {
    explicit Blocked(Engine &e, std::size_t count) : engine(e) {
        for (std::size_t i = 0; i < count; ++i) {
            FakeLink &link = links.emplace_back(Transport::websocket);
            ids.push_back(e.websocket(link));
            link.blocks = true;
            e.sessions.send(ids.back(), message("last one"), Delivery::reliable);
        }
        e.turn();
        for (FakeLink &link : links)
            link.takes = 0;
    }
    std::size_t alive() const {
        std::size_t count = 0;
        for (const SessionId id : ids)
            count += engine.alive(id) ? 1 : 0;
        return count;
    }
    Engine &engine;
    std::deque<FakeLink> links;
    std::vector<SessionId> ids;
};

} // namespace

TEST_CASE("when all together are too far behind, those furthest behind are closed, no more") {
    Engine e(bound(100 * kb));
    Blocked blocked(e, 10);
    FakeLink fast(Transport::websocket);
    const SessionId honest = e.websocket(fast);
    // 2, 4, 6 ... 20 kB: 110 in all.
    for (std::size_t i = 0; i < 10; ++i)
        for (std::size_t n = 0; n <= i; ++n)
            e.sessions.send(blocked.ids[i], frame(2 * kb), Delivery::reliable);
    for (int i = 0; i < 5; ++i)
        e.sessions.send(honest, frame(10 * kb), Delivery::reliable);
    CHECK(blocked.alive() == 10); // nobody inside the fan-out
    e.turn();
    CHECK(blocked.alive() == 8); // 110 - 20 - 18 = 72 kB, and some for the places in line
    CHECK(!e.alive(blocked.ids[9]));
    CHECK(!e.alive(blocked.ids[8]));
    CHECK(e.heard.log == Log{"closed: slow client", "closed: slow client"});
    CHECK(blocked.links[9].closed == Goodbye::cut);
    CHECK(e.sessions.totals().shed == 2);
    CHECK(e.sessions.totals().slow == 0);
    CHECK(e.sessions.waiting() <= 100 * kb);
    CHECK(fast.got.size() == 5);
    CHECK(e.alive(honest));
    // Those that stay have lost nothing.
    for (std::size_t i = 0; i < 8; ++i)
        CHECK(e.sessions.get(blocked.ids[i])->outbox().count() == i + 1);
}

TEST_CASE("nobody is closed while all together are under the bound") {
    Engine e(bound(100 * kb));
    Blocked blocked(e, 10);
    for (const SessionId id : blocked.ids)
        e.sessions.send(id, frame(9 * kb), Delivery::reliable);
    e.turn();
    CHECK(blocked.alive() == 10);
    CHECK(e.sessions.totals().shed == 0);
}

TEST_CASE("a frame that many wait for counts once") {
    Engine e(bound(100 * kb));
    Blocked blocked(e, 50);
    const base::FrameRef shared = frame(50 * kb); // 2.5 MB if each had its own
    for (const SessionId id : blocked.ids)
        e.sessions.send(id, shared, Delivery::reliable);
    e.turn();
    CHECK(blocked.alive() == 50);
    CHECK(e.sessions.waiting() > 50 * kb);
    CHECK(e.sessions.waiting() < 60 * kb);
}

TEST_CASE("the places in line count, however small and shared the frames are") {
    Engine e(bound(100 * kb));
    Blocked blocked(e, 10);
    const base::FrameRef shared = message("x");
    for (int n = 0; n < 1000; ++n)
        for (const SessionId id : blocked.ids)
            e.sessions.send(id, shared, Delivery::reliable);
    e.turn();
    CHECK(blocked.alive() < 10);
    CHECK(blocked.alive() > 3);
    CHECK(e.sessions.waiting() <= 100 * kb);
}

TEST_CASE("what a link keeps back counts for its peer, until the peer takes it") {
    Engine e(bound(100 * kb));
    Blocked blocked(e, 3);
    const auto keep = [&](std::size_t i, std::size_t bytes) {
        blocked.links[i].takes = SIZE_MAX;
        blocked.links[i].keeps = bytes;
        e.sessions.writable(blocked.ids[i], blocked.links[i]);
        e.sessions.send(blocked.ids[i], message("x"), Delivery::reliable);
    };
    keep(0, 40 * kb);
    keep(1, 50 * kb);
    e.turn();
    CHECK(blocked.alive() == 3);
    CHECK(e.sessions.waiting() > 90 * kb);
    blocked.links[1].blocks = false;
    keep(1, 0);
    e.turn();
    CHECK(e.sessions.waiting() < 50 * kb);
    keep(2, 70 * kb);
    e.turn();
    CHECK(!e.alive(blocked.ids[2]));
    CHECK(e.alive(blocked.ids[0]));
    CHECK(e.alive(blocked.ids[1]));
    CHECK(e.sessions.waiting() < 50 * kb);
}

TEST_CASE(
    "a polling client that does not come counts like a blocked one, and so does its farewell") {
    Engine e(bound(100 * kb));
    const SessionId absent = e.polling(), present = e.polling(), leaving = e.polling();
    FakeLink get(Transport::polling);
    REQUIRE(e.get(present, get));
    e.sessions.send(leaving, frame(60 * kb), Delivery::reliable);
    e.sessions.close(leaving, CloseReason::forced_close);
    e.sessions.send(absent, frame(30 * kb), Delivery::reliable);
    e.sessions.send(present, frame(80 * kb), Delivery::reliable); // is taken
    e.turn();
    CHECK(e.heard.log == Log{"closed: forced close"});
    CHECK(e.sessions.get(leaving) != nullptr);
    e.sessions.send(absent, frame(20 * kb), Delivery::reliable);
    e.turn();
    CHECK(e.sessions.get(leaving) == nullptr); // it was the furthest behind
    CHECK(e.alive(absent));
    CHECK(e.alive(present));
    e.sessions.send(absent, frame(60 * kb), Delivery::reliable);
    e.turn();
    CHECK(!e.alive(absent));
    CHECK(e.heard.log == Log{"closed: forced close", "closed: slow client"});
    CHECK(e.sessions.totals().shed == 2);
}

TEST_CASE("a client that takes everything is never closed for the others, whatever it is sent") {
    Engine e(bound(100 * kb));
    FakeLink fast(Transport::websocket);
    const SessionId honest = e.websocket(fast);
    for (int n = 0; n < 5; ++n) {
        for (int i = 0; i < 20; ++i)
            e.sessions.send(honest, frame(30 * kb), Delivery::reliable);
        e.turn();
    }
    CHECK(e.alive(honest));
    CHECK(fast.got.size() == 100);
    CHECK(e.sessions.totals().shed == 0);
}

TEST_CASE("what those that stay hear of those closed is delivered, in the same iteration") {
    Engine e(bound(100 * kb));
    Blocked blocked(e, 2);
    FakeLink fast(Transport::websocket);
    const SessionId honest = e.websocket(fast);
    e.heard.on_closed = [&](SessionId) {
        e.sessions.send(honest, message("left"), Delivery::reliable);
        e.sessions.send(blocked.ids[0], message("left"), Delivery::reliable);
    };
    e.sessions.send(blocked.ids[0], frame(30 * kb), Delivery::reliable);
    e.sessions.send(blocked.ids[1], frame(90 * kb), Delivery::reliable);
    e.turn();
    CHECK(!e.alive(blocked.ids[1]));
    CHECK(fast.got == Log{"4left"});
    CHECK(e.sessions.get(blocked.ids[0])->outbox().count() == 2);
    CHECK(e.sessions.dirty() == 0);
}

TEST_CASE("one who is closed by what another's end brings about is not closed twice") {
    Engine e(bound(100 * kb));
    Blocked blocked(e, 4);
    e.heard.on_closed = [&](SessionId) {
        for (const SessionId id : blocked.ids)
            e.sessions.close(id, CloseReason::forced_close, Goodbye::cut);
    };
    for (const SessionId id : blocked.ids)
        e.sessions.send(id, frame(40 * kb), Delivery::reliable);
    e.turn();
    CHECK(e.heard.log.size() == 4);
    CHECK(e.sessions.totals().shed == 1);
    CHECK(e.sessions.waiting() < 2 * kb);
}

TEST_CASE("volatile frames are dropped for blocked clients, so they push nobody over the bound") {
    Engine e(bound(100 * kb));
    Blocked blocked(e, 10);
    for (const SessionId id : blocked.ids)
        CHECK(!e.sessions.send(id, frame(50 * kb), Delivery::droppable));
    e.turn();
    CHECK(blocked.alive() == 10);
}

TEST_CASE("a smaller bound counts from the next iteration on") {
    Engine e(bound(100 * kb));
    Blocked blocked(e, 10);
    for (const SessionId id : blocked.ids)
        e.sessions.send(id, frame(9 * kb), Delivery::reliable);
    e.turn();
    e.sessions.reconfigure(bound(50 * kb));
    e.turn();
    CHECK(blocked.alive() == 4); // 36 of 50 kB: a seventh would be over seven eighths
    CHECK(e.sessions.waiting() <= 50 * kb);
}

TEST_CASE("a crowd far over the bound is judged in one look at it") {
    Engine e(bound(1000 * kb));
    Blocked blocked(e, 3000);
    for (const SessionId id : blocked.ids)
        e.sessions.send(id, frame(2 * kb), Delivery::reliable); // 6 MB
    e.turn();
    CHECK(e.sessions.waiting() <= 1000 * kb);
    CHECK(e.sessions.waiting() > 850 * kb);
    CHECK(e.sessions.totals().shed + blocked.alive() == 3000);
}
