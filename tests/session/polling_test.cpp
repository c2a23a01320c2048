#include "engine.hpp"
#include "support/session_defaults.hpp"

#include <doctest/doctest.h>

using namespace roomd;
using namespace roomd::test;

TEST_CASE("the handshake of a polling session is answered with the open packet") {
    Engine e;
    FakeLink get(Transport::polling);
    const SessionId id = e.sessions.open(Transport::polling, session::Handshake{}, get);
    e.turn();
    REQUIRE(get.got.size() == 1);
    CHECK(get.got[0] == "0{\"sid\":\"" + e.sid(id) +
                            "\",\"upgrades\":[\"websocket\"],\"pingInterval\":25000,"
                            "\"pingTimeout\":20000,\"maxPayload\":1000000}");
    CHECK(e.sid(id).size() == 20);
    CHECK(e.sessions.find(e.sid(id)) == id);
    CHECK(e.sessions.find("constructor") == SessionId::none);
}

TEST_CASE("what is buffered answers a GET at once, else it waits for something") {
    Engine e;
    const SessionId id = e.polling();
    e.sessions.send(id, message("a"), Delivery::reliable);
    e.sessions.send(id, message("b"), Delivery::reliable);
    e.turn();
    CHECK(e.poll(id) == Log{"4a", "4b"});

    FakeLink get(Transport::polling);
    REQUIRE(e.get(id, get));
    e.turn();
    CHECK(get.flushes == 0);
    e.sessions.send(id, message("c"), Delivery::reliable);
    e.turn();
    CHECK(get.got == Log{"4c"});
}

TEST_CASE("a second GET ends the session, and the first is answered with a close packet") {
    Engine e;
    const SessionId id = e.polling();
    const std::string sid = e.sid(id);
    FakeLink first(Transport::polling), second(Transport::polling);
    REQUIRE(e.get(id, first));
    CHECK(!e.get(id, second));
    CHECK(e.heard.log == Log{"closed: transport error"});
    CHECK(e.sessions.find(sid) == SessionId::none);
    e.turn();
    CHECK(first.got == Log{"1"});
    CHECK(second.flushes == 0);
    CHECK(e.sessions.get(id) == nullptr);
}

TEST_CASE("an aborted GET ends the session, one that was answered does not") {
    Engine e;
    const SessionId id = e.polling();
    FakeLink get(Transport::polling);
    REQUIRE(e.get(id, get));
    e.sessions.send(id, message("a"), Delivery::reliable);
    e.turn();
    e.sessions.link_gone(id, get, CloseReason::transport_error);
    CHECK(e.alive(id));
    FakeLink next(Transport::polling);
    REQUIRE(e.get(id, next));
    e.sessions.link_gone(id, next, CloseReason::transport_error);
    CHECK(e.heard.log == Log{"closed: transport error"});
}

TEST_CASE("a second POST and an aborted POST end the session") {
    Engine e;
    const SessionId one = e.polling(), two = e.polling();
    REQUIRE(e.sessions.post_begin(one));
    CHECK(!e.sessions.post_begin(one));
    e.sessions.post_end(one, "4late"); // the first one's body: nobody listens any more
    REQUIRE(e.sessions.post_begin(two));
    e.sessions.post_abort(two);
    CHECK(e.heard.log == Log{"closed: transport error", "closed: transport error"});
}

TEST_CASE("the packets of a POST come up in order, binary ones too") {
    Engine e;
    const SessionId id = e.polling();
    e.post(id, "4a\x1e"
               "bAQI=\x1e"
               "4b");
    CHECK(e.heard.log == Log{"text a", "binary \x01\x02", "text b"});
    e.post(id, "4c");
    CHECK(e.heard.log.back() == "text c");
}

TEST_CASE("packets ahead of a malformed one are processed, then the session ends") {
    Engine e;
    const SessionId id = e.polling();
    FakeLink get(Transport::polling);
    REQUIRE(e.get(id, get));
    e.post(id, "4a\x1e"
               "x\x1e"
               "4b");
    CHECK(e.heard.log == Log{"text a", "closed: parse error"});
    e.turn();
    CHECK(get.got == Log{"1"});
}

TEST_CASE("polled packets over the rate keep the answer back, up to half the time for a pong") {
    session::Options options = test::session_defaults();
    options.packets_per_second = 100;
    Engine e(options);
    const auto noops = [](int count) {
        std::string body = "6";
        while (--count > 0)
            body += "\x1e"
                    "6";
        return body;
    };
    const auto post = [&](SessionId id, int count) {
        REQUIRE(e.sessions.post_begin(id));
        return e.sessions.post_end(id, noops(count));
    };
    const SessionId id = e.polling();
    CHECK(post(id, 100) == 0ms); // a second's worth at once
    CHECK(post(id, 300) == 3000ms);
    e.clock.advance(3000ms);
    e.sessions.post_answered(id);
    CHECK(post(id, 1) == 10ms);
    e.clock.advance(5000ms);
    e.sessions.post_answered(id);
    CHECK(post(id, 5000) == options.ping_timeout / 2);
    CHECK(e.alive(id));

    CHECK(!e.sessions.post_begin(id)); // another at once gains nothing: its client overlaps
    CHECK(e.heard.log == Log{"closed: transport error"});
    e.heard.log.clear();
    const SessionId other = e.polling();
    CHECK(post(other, 200) == 1000ms);
    e.sessions.post_abort(other); // nor does one that does not wait for the answer
    CHECK(e.heard.log == Log{"closed: transport error"});
}

TEST_CASE("a POST is over when its answer does not have to wait") {
    Engine e;
    const SessionId id = e.polling();
    for (int i = 0; i < 3; ++i) {
        REQUIRE(e.sessions.post_begin(id));
        CHECK(e.sessions.post_end(id, "6\x1e"
                                      "6") == 0ms);
    }
    CHECK(e.alive(id));
}

TEST_CASE("open, upgrade and noop from a client are ignored; a ping is the wrong direction") {
    Engine e;
    const SessionId id = e.polling();
    e.post(id, "0\x1e"
               "5\x1e"
               "6\x1e"
               "3\x1e"
               "3x");
    CHECK(e.heard.log.empty());
    e.post(id, "2");
    CHECK(e.heard.log == Log{"closed: transport error"});
}

TEST_CASE("a close packet in a POST ends the session, and a pending GET gets a noop") {
    Engine e;
    const SessionId id = e.polling();
    FakeLink get(Transport::polling);
    REQUIRE(e.get(id, get));
    e.post(id, "1\x1e"
               "4late");
    CHECK(e.heard.log == Log{"closed: transport close"});
    e.turn();
    CHECK(get.got == Log{"6"});
}

TEST_CASE("a graceful close puts the close packet behind what a pending GET is given") {
    Engine e;
    const SessionId id = e.polling();
    const std::string sid = e.sid(id);
    FakeLink get(Transport::polling);
    REQUIRE(e.get(id, get));
    e.sessions.send(id, message("bye"), Delivery::reliable);
    e.sessions.close(id, CloseReason::forced_close);
    CHECK(e.heard.log == Log{"closed: forced close"});
    CHECK(!e.sessions.send(id, message("late"), Delivery::reliable));
    CHECK(e.sessions.find(sid) == SessionId::none);
    e.turn();
    CHECK(get.got == Log{"4bye", "1"});
    CHECK(e.sessions.get(id) == nullptr);
}

TEST_CASE("a graceful close without a GET waits for the next one, and only for that one") {
    Engine e;
    const SessionId id = e.polling();
    const std::string sid = e.sid(id);
    e.sessions.send(id, message("bye"), Delivery::reliable);
    e.sessions.close(id, CloseReason::forced_close);
    e.turn();
    CHECK(e.sessions.size() == 0);
    CHECK(e.sessions.find(sid) == id);
    e.post(id, "4late");
    CHECK(e.poll(id) == Log{"4bye", "1"});
    CHECK(e.sessions.find(sid) == SessionId::none);
    CHECK(e.heard.log == Log{"closed: forced close"});
}

TEST_CASE("a closed session gives up waiting for its last GET after 30 seconds") {
    Engine e;
    const SessionId id = e.polling();
    const std::string sid = e.sid(id);
    e.sessions.close(id, CloseReason::forced_close);
    e.pass(29900ms);
    CHECK(e.sessions.find(sid) == id);
    e.pass(300ms);
    CHECK(e.sessions.find(sid) == SessionId::none);
    CHECK(e.sessions.get(id) == nullptr);
}

TEST_CASE("an answer that was full leaves the rest and the close packet to the next GET") {
    Engine e;
    const SessionId id = e.polling();
    FakeLink get(Transport::polling);
    get.takes = 2;
    REQUIRE(e.get(id, get));
    for (const char *text : {"a", "b", "c"})
        e.sessions.send(id, message(text), Delivery::reliable);
    e.sessions.close(id, CloseReason::forced_close);
    e.turn();
    CHECK(get.got == Log{"4a", "4b"});
    CHECK(e.poll(id) == Log{"4c", "1"});
    CHECK(e.sessions.get(id) == nullptr);
}

TEST_CASE("a GET that fails to be answered ends the session and is not called again") {
    Engine e;
    const SessionId id = e.polling();
    FakeLink get(Transport::polling);
    get.fails = true;
    REQUIRE(e.get(id, get));
    e.sessions.send(id, message("a"), Delivery::reliable);
    e.turn();
    CHECK(e.heard.log == Log{"closed: transport error"});
    CHECK(get.closes == 0);
}

TEST_CASE("a session that closes itself in the middle of a payload hears no more of it") {
    Engine e;
    e.heard.on_text = [&](SessionId id, std::string_view) {
        e.sessions.close(id, CloseReason::forced_close);
    };
    e.post(e.polling(), "4a\x1e"
                        "4b");
    CHECK(e.heard.log == Log{"text a", "closed: forced close"});
}

TEST_CASE("a payload of too many packets is malformed") {
    session::Options options = test::session_defaults();
    options.packets_per_payload = 2;
    Engine e(options);
    e.post(e.polling(), "4a\x1e"
                        "4b\x1e"
                        "4c");
    CHECK(e.heard.log.back() == "closed: parse error");
}
