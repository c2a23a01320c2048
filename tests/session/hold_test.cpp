#include "people.hpp"
#include "support/session_defaults.hpp"

#include <doctest/doctest.h>

using namespace roomd;
using namespace roomd::test;

namespace {

struct Waiting : People {
    explicit Waiting(session::ClientOptions options = test::client_defaults()) : People(options) {
        events.on_connecting = nullptr;
    }
};

} // namespace

TEST_CASE("packets behind a pending CONNECT wait for the verdict, in order, acks and all") {
    Waiting p;
    p.say({"0", "2[\"a\"]", "27[\"b\",{\"x\":1}]"});
    CHECK(p.events.log == Log{"connecting /"});
    CHECK(p.clients.accept(p.events.last));
    CHECK(p.events.log == Log{"connecting /", "event / a[]", "event / b[{\"x\":1}] ack 7"});
    CHECK(!p.clients.accept(p.events.last));
    CHECK(!p.clients.refuse(p.events.last, "no", ""));
}

TEST_CASE("what is sent to a pending client goes out ahead of the CONNECT reply") {
    Waiting p;
    p.say({"0"});
    const sio::Frames frames = sio::event("/", "session", {"[1]", {}});
    CHECK(p.clients.send(p.events.last, frames, Delivery::reliable));
    p.clients.accept(p.events.last);
    p.turn();
    REQUIRE(p.ws.got.size() == 2);
    CHECK(p.ws.got[0] == "42[\"session\",1]");
    CHECK(p.ws.got[1].substr(0, 3) == "40{");
}

TEST_CASE("a second CONNECT while the first is pending is answered with that one") {
    Waiting p;
    p.say({"0", "0", "2[\"a\"]"});
    CHECK(p.clients.accept(p.events.last));
    p.turn();
    CHECK(p.events.log == Log{"connecting /", "event / a[]"});
    CHECK(p.ws.got.size() == 1);
    CHECK(p.open());
}

TEST_CASE("leaving and connecting again while the first verdict is pending happens in order") {
    Waiting p;
    p.say({"0", "1", "0", "2[\"a\"]"});
    const ClientId first = p.events.last;
    p.clients.accept(first);
    CHECK(p.events.log == Log{"connecting /", "gone: client namespace disconnect", "connecting /"});
    CHECK(p.events.last != first);
    p.clients.accept(p.events.last);
    CHECK(p.events.log.back() == "event / a[]");
    CHECK(p.open());
}

TEST_CASE("a refusal drops what waited, but answers a CONNECT among it") {
    Waiting p;
    p.say({"0", "2[\"a\"]", "1", "0", "2[\"b\"]"});
    p.clients.refuse(p.events.last, "no", "");
    p.clients.accept(p.events.last);
    CHECK(p.events.log ==
          Log{"connecting /", "gone: server namespace disconnect", "connecting /", "event / b[]"});
    CHECK(p.open());
}

TEST_CASE("one namespace's verdict does not hold up another") {
    Waiting p;
    p.say({"0"});
    const ClientId slow = p.events.last;
    p.say({"0/chat,"});
    p.clients.accept(p.events.last);
    p.say({"2[\"waits\"]", "2/chat,[\"goes\"]"});
    CHECK(p.events.log.back() == "event /chat goes[]");
    p.clients.accept(slow);
    CHECK(p.events.log.back() == "event / waits[]");
}

TEST_CASE("holds nest: packets go on at the last release") {
    People p;
    const ClientId id = p.join();
    p.clients.hold(id);
    p.clients.hold(id);
    p.say({"2[\"a\"]", "30[]"});
    p.clients.release(id);
    CHECK(p.events.log.empty());
    p.clients.release(id);
    CHECK(p.events.log == Log{"event / a[]"});
    p.clients.release(id); // one too many is harmless
    p.say({"2[\"b\"]"});
    CHECK(p.events.log.back() == "event / b[]");
}

TEST_CASE("a hold that began before accept() outlasts it") {
    Waiting p;
    p.say({"0", "2[\"a\"]"});
    p.clients.hold(p.events.last);
    p.clients.accept(p.events.last);
    CHECK(p.events.log.size() == 1);
    p.clients.release(p.events.last);
    CHECK(p.events.log.back() == "event / a[]");
}

TEST_CASE("an event that makes its client wait again stops the queue behind it") {
    People p;
    const ClientId id = p.join();
    p.events.on_event = [&](ClientId at, const sio::Event &event) {
        if (event.name == "join") p.clients.hold(at);
        if (event.name == "quick") {
            p.clients.hold(at);
            p.clients.release(at);
        }
    };
    p.say({"2[\"join\",1]", "2[\"quick\"]", "2[\"a\"]", "2[\"join\",2]", "2[\"b\"]"});
    CHECK(p.events.log == Log{"event / join[1]"});
    p.clients.release(id);
    CHECK(p.events.log ==
          Log{"event / join[1]", "event / quick[]", "event / a[]", "event / join[2]"});
    p.clients.release(id);
    CHECK(p.events.log.back() == "event / b[]");
}

TEST_CASE("packets that wait are bounded, tiny ones too") {
    session::ClientOptions options = test::client_defaults();
    options.held = 10000;
    Waiting p(options), q(options);
    p.say({"0"});
    for (int i = 0; i < 1000 && p.open(); ++i)
        p.say({"2[\"a\"]"});
    CHECK(!p.open());
    CHECK(p.events.log.back() == "gone: forced close");
    q.say({"0", "2[\"" + std::string(15000, 'x') + "\"]"});
    CHECK(q.open());
}

TEST_CASE("a packet of the largest size waits like any other, and two of them are too much") {
    const std::string large = "2[\"" + std::string(999000, 'x') + "\"]";
    People p;
    const ClientId id = p.join();
    p.clients.hold(id);
    p.say({"2[\"a\"]", large, "2[\"b\"]"});
    CHECK(p.open());
    p.clients.release(id);
    CHECK(p.events.log.size() == 3);

    p.clients.hold(id);
    p.say({large, "27" + large.substr(1), "2[\"c\"]"});
    CHECK(p.open());
    REQUIRE(p.ws.got.size() == 1);
    CHECK(p.ws.got[0].starts_with("437[{\"ok\":false,\"error\":{\"code\":\"too_many_events\""));
    p.clients.release(id);
    CHECK(p.events.log.size() == 5);
}

TEST_CASE("what waits in all namespaces of a session counts together") {
    const std::string large = "2/%,[\"" + std::string(400000, 'x') + "\"]";
    People p;
    for (const char nsp : {'a', 'b', 'c'}) {
        p.clients.hold(p.join(std::string("0/") + nsp + ","));
        std::string packet = large;
        packet[2] = nsp;
        CHECK(p.ws.got.empty());
        p.say({packet});
    }
    CHECK(p.ws.got.size() == 1); // "rate:warning"
    CHECK(p.open());
}

TEST_CASE("packets behind unanswered CONNECTs are bounded for all sessions together") {
    session::ClientOptions options = test::client_defaults();
    options.held_total = 40000;
    Waiting p(options);
    FakeLink other_ws{Transport::websocket}, later_ws{Transport::websocket};
    const std::string large = "42[\"" + std::string(15000, 'x') + "\"]";
    const auto waits = [&](SessionId session, FakeLink &ws) {
        for (const std::string_view packet : {std::string_view("40"), std::string_view(large)})
            p.sessions.text(session, ws, packet);
        p.sessions.text(session, ws, large);
        p.turn();
        return !ws.closed;
    };
    CHECK(waits(p.session, p.ws));
    CHECK_FALSE(waits(p.open(other_ws), other_ws));
    p.sessions.link_gone(p.session, p.ws, CloseReason::transport_close);
    CHECK(waits(p.open(later_ws), later_ws));
}

TEST_CASE("what waits for other verdicts counts in the sum, and is refused without closing") {
    session::ClientOptions options = test::client_defaults();
    options.held_total = 20000;
    People p(options);
    const ClientId id = p.join();
    p.clients.ask(id, "who", {"[]", {}}, 1s, 5);
    p.turn();
    p.ws.got.clear();
    p.clients.hold(id);
    const std::string large(15000, 'x');
    p.say({"2[\"a\",\"" + large + "\"]"});
    p.say({"27[\"b\",\"" + large + "\"]", "30[\"" + large + "\"]", "2[\"c\"]"});
    CHECK(p.open());
    REQUIRE(p.ws.got.size() == 1);
    CHECK(p.ws.got[0].starts_with("437[{\"ok\":false,\"error\":{\"code\":\"too_many_events\""));
    p.clients.release(id);
    REQUIRE(p.events.log.size() == 2);
    CHECK(p.events.log[1] == "event / c[]");
    p.pass(1s);
    CHECK(p.events.log.back() == "answered 5 expired[]");
}

TEST_CASE("nothing that waited is delivered after the client is gone") {
    People p;
    const ClientId id = p.join();
    p.clients.hold(id);
    p.say({"2[\"a\"]", "2[\"b\"]"});
    p.events.on_event = [&](ClientId at, const sio::Event &) {
        p.clients.disconnect(at, CloseReason::server_namespace_disconnect, false);
    };
    p.clients.release(id);
    CHECK(p.events.log == Log{"event / a[]", "gone: server namespace disconnect"});
    p.clients.release(id);
    CHECK(p.events.log.size() == 2);
}

TEST_CASE("a held binary event keeps its attachments") {
    People p;
    const ClientId id = p.join();
    p.clients.hold(id);
    p.say({"52-[\"a\",{\"_placeholder\":true,\"num\":1},{\"_placeholder\":true,\"num\":0}]"});
    p.sessions.binary(p.session, p.ws, std::string(100, 'x'));
    p.sessions.binary(p.session, p.ws, "yy");
    p.say({"2[\"next\"]"});
    p.clients.release(id);
    REQUIRE(p.events.log.size() == 2);
    CHECK(p.events.log[0].find(" blob " + std::string(100, 'x') + " blob yy") != std::string::npos);
}

TEST_CASE("a pending client whose session ends is gone, and its verdict comes too late") {
    Waiting p;
    p.say({"0", "2[\"a\"]"});
    p.sessions.link_gone(p.session, p.ws, CloseReason::transport_close);
    CHECK(p.events.log == Log{"connecting /", "gone: transport close"});
    CHECK(!p.clients.accept(p.events.last));
    CHECK(!p.clients.refuse(p.events.last, "no", ""));
}

TEST_CASE("a pending client can be sent away") {
    Waiting p;
    p.say({"0"});
    CHECK(p.clients.disconnect(p.events.last, CloseReason::server_namespace_disconnect, false));
    p.turn();
    CHECK(p.ws.got == Log{"44{\"message\":\"disconnected\"}"});
    CHECK(p.open());
}
