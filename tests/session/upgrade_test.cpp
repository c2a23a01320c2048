#include "engine.hpp"
#include "support/session_defaults.hpp"

#include <doctest/doctest.h>

#include <random>

using namespace roomd;
using namespace roomd::test;

namespace {

struct Upgrading : Engine {
    using Engine::Engine;
    SessionId id = polling();
    FakeLink ws{Transport::websocket};
    void begin() {
        REQUIRE(sessions.probe(id, ws));
        sessions.text(id, ws, "2probe");
        turn();
    }
};

} // namespace

TEST_CASE("a probe is answered on its websocket, and the pending GET with a noop") {
    Upgrading e;
    FakeLink get(Transport::polling);
    REQUIRE(e.get(e.id, get));
    e.begin();
    CHECK(e.ws.got == Log{"3probe"});
    CHECK(get.got == Log{"6"});
    CHECK(e.sessions.transport(e.id) == Transport::polling);
}

TEST_CASE("every GET that arrives while probing is released at once") {
    Upgrading e;
    e.begin();
    for (int i = 0; i < 5; ++i)
        CHECK(e.poll(e.id) == Log{"6"});
    e.sessions.send(e.id, message("data"), Delivery::reliable);
    CHECK(e.poll(e.id) == Log{"4data"});
}

TEST_CASE("what was buffered goes out on the websocket at the switch, once and in order") {
    Upgrading e;
    e.begin();
    e.sessions.send(e.id, message("a"), Delivery::reliable);
    e.sessions.send(e.id, message("b"), Delivery::reliable);
    e.turn();
    e.sessions.text(e.id, e.ws, "5");
    e.sessions.text(e.id, e.ws, "4behind"); // in the same segment: an ordinary packet
    e.sessions.send(e.id, message("c"), Delivery::reliable);
    e.turn();
    e.turn();
    CHECK(e.ws.got == Log{"3probe", "4a", "4b", "4c"});
    CHECK(e.heard.log == Log{"text behind"});
    CHECK(e.sessions.transport(e.id) == Transport::websocket);
    CHECK(e.sessions.count(Transport::websocket) == 1);
    CHECK(e.sessions.count(Transport::polling) == 0);
}

TEST_CASE("a GET that is pending at the switch is released with a noop") {
    Upgrading e;
    FakeLink get(Transport::polling);
    REQUIRE(e.get(e.id, get));
    REQUIRE(e.sessions.probe(e.id, e.ws));
    e.sessions.send(e.id, message("a"), Delivery::reliable);
    e.sessions.text(e.id, e.ws, "2probe");
    e.sessions.text(e.id, e.ws, "5");
    e.turn();
    CHECK(get.got == Log{"6"});
    CHECK(e.ws.got == Log{"3probe", "4a"});
    e.sessions.link_gone(e.id, get, CloseReason::transport_error);
    CHECK(e.alive(e.id));
}

TEST_CASE("a pending GET that fails as it is released is not called again, and nothing is lost") {
    Upgrading e;
    FakeLink get(Transport::polling);
    get.fails = true;
    REQUIRE(e.get(e.id, get));
    REQUIRE(e.sessions.probe(e.id, e.ws));
    e.sessions.send(e.id, message("a"), Delivery::reliable);
    e.sessions.text(e.id, e.ws, "2probe");
    e.sessions.text(e.id, e.ws, "5");
    e.turn();
    CHECK(get.closes == 0);
    CHECK(e.ws.got == Log{"3probe", "4a"});
    CHECK(e.alive(e.id));
}

TEST_CASE("a probe that fails to be answered is not called again, and polling goes on") {
    Upgrading e;
    REQUIRE(e.sessions.probe(e.id, e.ws));
    e.ws.fails = true;
    e.sessions.text(e.id, e.ws, "2probe");
    e.turn();
    CHECK(e.ws.closes == 0);
    CHECK(e.alive(e.id));
    FakeLink second(Transport::websocket);
    CHECK(e.sessions.probe(e.id, second));
}

TEST_CASE("a websocket that fails with the switch ends its session and is not called again") {
    Upgrading e;
    REQUIRE(e.sessions.probe(e.id, e.ws));
    e.sessions.text(e.id, e.ws, "2probe");
    e.sessions.text(e.id, e.ws, "5");
    e.ws.fails = true;
    e.turn();
    CHECK(e.ws.closes == 0);
    CHECK(e.heard.log == Log{"closed: transport error"});
}

TEST_CASE("an upgrade packet without a probe is taken leniently") {
    Upgrading e;
    REQUIRE(e.sessions.probe(e.id, e.ws));
    e.sessions.text(e.id, e.ws, "5");
    CHECK(e.sessions.transport(e.id) == Transport::websocket);
}

TEST_CASE("anything else as first frame closes the probe alone, and a later one may succeed") {
    for (const char *frame : {"4hello", "2", "2prob", "x", "", "6", "bAQI="}) {
        CAPTURE(frame);
        Upgrading e;
        REQUIRE(e.sessions.probe(e.id, e.ws));
        e.sessions.text(e.id, e.ws, frame);
        CHECK(e.ws.closed == Goodbye::polite);
        CHECK(e.heard.log.empty());
        CHECK(e.alive(e.id));
        FakeLink again(Transport::websocket);
        CHECK(e.sessions.probe(e.id, again));
    }
    Upgrading e;
    REQUIRE(e.sessions.probe(e.id, e.ws));
    e.sessions.binary(e.id, e.ws, "2probe");
    CHECK(e.ws.closed == Goodbye::polite);
    CHECK(e.alive(e.id));
}

TEST_CASE("only one websocket may probe, and none after the upgrade") {
    Upgrading e;
    e.begin();
    FakeLink second(Transport::websocket);
    CHECK(!e.sessions.probe(e.id, second));
    e.sessions.text(e.id, e.ws, "5");
    e.turn();
    CHECK(!e.sessions.probe(e.id, second));
    CHECK(e.alive(e.id));
}

TEST_CASE("an upgrade that is not finished in time, or whose websocket dies, leaves polling") {
    Upgrading e;
    e.begin();
    e.pass(9900ms);
    CHECK(!e.ws.closed);
    e.pass(200ms);
    CHECK(e.ws.closed == Goodbye::polite);
    FakeLink second(Transport::websocket);
    REQUIRE(e.sessions.probe(e.id, second));
    e.sessions.link_gone(e.id, second, CloseReason::transport_close);
    CHECK(e.alive(e.id));
    FakeLink third(Transport::websocket);
    CHECK(e.sessions.probe(e.id, third));
}

TEST_CASE("a session that closes while probing closes the probe too") {
    Upgrading cut, overlap;
    cut.begin();
    cut.sessions.close(cut.id, CloseReason::expired, Goodbye::cut);
    CHECK(cut.ws.closed == Goodbye::cut);
    overlap.begin();
    FakeLink get(Transport::polling);
    REQUIRE(overlap.get(overlap.id, get));
    overlap.sessions.close(overlap.id, CloseReason::forced_close);
    overlap.turn();
    CHECK(overlap.ws.closed == Goodbye::polite);
    CHECK(get.got == Log{"1"});
}

TEST_CASE("a graceful close that is pending at the switch goes out on the websocket") {
    Upgrading e;
    e.begin();
    e.sessions.send(e.id, message("last"), Delivery::reliable);
    e.sessions.close(e.id, CloseReason::forced_close);
    e.turn();
    CHECK(!e.ws.closed);
    e.sessions.text(e.id, e.ws, "5");
    e.turn();
    CHECK(e.ws.got == Log{"3probe", "4last"});
    CHECK(e.ws.closed == Goodbye::polite);
    CHECK(e.sessions.get(e.id) == nullptr);
    CHECK(e.heard.log == Log{"closed: forced close"});
}

TEST_CASE("the heartbeat starts anew at the switch, also when its ping got no answer") {
    session::Options options = test::session_defaults();
    options.ping_interval = 300ms;
    options.ping_timeout = 200ms;
    Upgrading e{options};
    FakeLink get(Transport::polling);
    REQUIRE(e.get(e.id, get));
    e.pass(310ms);
    CHECK(get.got == Log{"2"});
    e.begin();
    e.sessions.text(e.id, e.ws, "5");
    e.turn();
    e.pass(290ms);
    CHECK(e.alive(e.id));
    CHECK(e.ws.got == Log{"3probe"});
    e.pass(30ms);
    CHECK(e.ws.got == Log{"3probe", "2"});
    e.pass(220ms);
    CHECK(e.heard.log == Log{"closed: ping timeout"});
}

TEST_CASE("frames reach the client exactly once whenever the switch comes") {
    for (unsigned seed = 0; seed < 500; ++seed) {
        std::mt19937 random(seed);
        Upgrading e;
        std::vector<std::unique_ptr<FakeLink>> gets;
        Log sent;
        bool begun = false, done = false;
        for (int step = 0; step < 40; ++step) {
            switch (random() % 5) {
            case 0:
                sent.push_back("4" + std::to_string(step));
                e.sessions.send(e.id, message(std::to_string(step)), Delivery::reliable);
                break;
            case 1:
                if (!done && !e.sessions.get(e.id)->has_get()) {
                    gets.push_back(std::make_unique<FakeLink>(Transport::polling));
                    gets.back()->takes = 1 + random() % 3;
                    REQUIRE(e.get(e.id, *gets.back()));
                }
                break;
            case 2:
                if (!begun) {
                    REQUIRE(e.sessions.probe(e.id, e.ws));
                    e.sessions.text(e.id, e.ws, "2probe");
                }
                begun = true;
                break;
            case 3:
                if (begun && !done && random() % 3 == 0) {
                    e.sessions.text(e.id, e.ws, "5");
                    done = true;
                }
                break;
            default: e.turn();
            }
        }
        if (!begun) REQUIRE(e.sessions.probe(e.id, e.ws));
        if (!done) e.sessions.text(e.id, e.ws, "5");
        e.turn();
        Log got;
        const auto collect = [&](const FakeLink &link) {
            for (const std::string &packet : link.got)
                if (packet[0] == '4') got.push_back(packet);
        };
        for (const auto &get : gets) {
            collect(*get);
            CHECK(get->flushes == 1);
        }
        collect(e.ws);
        REQUIRE(got == sent);
    }
}

TEST_CASE("a websocket that is still blocked by the probe's answer is not written at the switch") {
    Upgrading e;
    e.ws.blocks = true;
    e.begin();
    e.sessions.send(e.id, message("a"), Delivery::reliable);
    e.sessions.text(e.id, e.ws, "5");
    e.turn();
    CHECK(e.ws.got == Log{"3probe"});
    e.ws.blocks = false;
    e.sessions.writable(e.id, e.ws);
    e.turn();
    CHECK(e.ws.got == Log{"3probe", "4a"});
}
