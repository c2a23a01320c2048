// Clients that do more, or faster, than they may: they wait or are told no, and stay.
#include "people.hpp"
#include "support/session_defaults.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace roomd;
using namespace roomd::test;

namespace {

bool has_code(const People &p, const char *code) {
    return !p.ws.got.empty() && p.ws.got.back().find(code) != std::string::npos;
}

} // namespace

TEST_CASE("one namespace too many is refused, and the others stay") {
    session::ClientOptions options = test::client_defaults();
    options.namespaces_per_session = 2;
    People p(options);
    p.say({"0/a,", "0/b,"});
    p.events.log.clear();
    p.say({"0/c,"});
    CHECK(p.open());
    CHECK(p.events.log.empty());
    REQUIRE(!p.ws.got.empty());
    CHECK(p.ws.got.back() == "44/c,{\"message\":\"too many namespaces on this connection\","
                             "\"data\":{\"code\":\"too_many_namespaces\",\"retryable\":false}}");
    p.say({"2/c,[\"a\"]", "2/a,[\"b\"]", "1/a,", "0/c,"});
    CHECK(p.events.log ==
          Log{"event /a b[]", "gone: client namespace disconnect", "connecting /c"});
}

TEST_CASE("more events than twice the rate at once wait, and none is lost or overtaken") {
    session::ClientOptions options = test::client_defaults();
    options.events_per_second = 5;
    People p(options);
    const ClientId id = p.join();
    for (int i = 0; i < 40; ++i)
        p.say({"2" + std::to_string(i) + "[\"a\"]"});
    CHECK(p.open());
    CHECK(p.events.log.size() == 10);
    CHECK(p.ws.got == Log{"42[\"rate:warning\",{\"limit\":5,\"code\":\"slowed_down\","
                          "\"message\":\"more than 5 events a second: they wait\"}]"});
    p.say({"1", "0", "2[\"anew\"]"}); // in their place in the line, too
    Log expected;
    for (int i = 0; i < 40; ++i)
        expected.push_back("event / a[] ack " + std::to_string(i));
    for (int i = 0; i < 29; ++i) {
        p.pass(200ms);
        CHECK(p.events.log.size() == static_cast<std::size_t>(11 + i));
    }
    CHECK(p.id_of(id) != "");
    p.pass(200ms);
    expected.insert(expected.end(), {"gone: client namespace disconnect", "connecting /"});
    CHECK(p.events.log == expected);
    p.pass(200ms);
    CHECK(p.events.log.back() == "event / anew[]");
    CHECK(p.ws.got.size() == 2); // one warning, and CONNECT's answer
}

TEST_CASE("at the rate itself nothing waits") {
    session::ClientOptions options = test::client_defaults();
    options.events_per_second = 5;
    People p(options);
    p.join();
    for (int second = 1; second < 8; ++second) {
        for (int i = 0; i < 5; ++i)
            p.say({"2[\"a\"]"});
        CHECK(p.events.log.size() == static_cast<std::size_t>(5 * second));
        p.pass(1s);
    }
    CHECK(p.ws.got.empty());
}

TEST_CASE("events that wait for their time are bounded; those beyond are refused, one by one") {
    session::ClientOptions options = test::client_defaults();
    options.events_per_second = 1;
    options.held = 10000;
    People p(options);
    p.join();
    for (int i = 0; i < 3; ++i)
        p.say({"2[\"a\"]"});
    p.say({"2[\"large\",\"" + std::string(9500, 'x') + "\"]"});
    p.ws.got.clear();
    p.say({"27[\"b\",\"" + std::string(500, 'x') + "\"]",
           "2[\"c\",\"" + std::string(500, 'x') + "\"]"});
    CHECK(p.ws.got ==
          Log{"437[{\"ok\":false,\"error\":{\"code\":\"too_many_events\",\"message\":\"too many "
              "events wait: this one is dropped\"}}]",
              "42[\"rate:warning\",{\"event\":\"c\",\"code\":\"too_many_events\",\"message\":\"too "
              "many events wait: this one is dropped\"}]"});
    CHECK(p.open());
    p.pass(1s);
    p.pass(1s);
    CHECK(p.events.log.back().starts_with("event / large"));
}

TEST_CASE("events that wait are bounded for all clients together, and given back with them") {
    session::ClientOptions options = test::client_defaults();
    options.events_per_second = 1;
    options.held_total = 20000;
    People p(options);
    FakeLink other_ws{Transport::websocket}, later_ws{Transport::websocket};
    const std::string large = "427[\"b\",\"" + std::string(15000, 'x') + "\"]";
    const std::string refused = "437[{\"ok\":false,\"error\":{\"code\":\"too_many_events\"";
    const auto waits = [&](SessionId session, FakeLink &ws) {
        for (const std::string_view packet : {"40", "42[\"a\"]", "42[\"a\"]"})
            p.sessions.text(session, ws, packet);
        p.turn();
        ws.got.clear();
        p.sessions.text(session, ws, large);
        p.turn();
        return !ws.got.back().starts_with(refused); // behind the warning
    };
    CHECK(waits(p.session, p.ws));
    CHECK_FALSE(waits(p.open(other_ws), other_ws));
    CHECK(!other_ws.closed);
    p.sessions.link_gone(p.session, p.ws, CloseReason::transport_close);
    CHECK(waits(p.open(later_ws), later_ws));
}

TEST_CASE("answers to what was asked are heard while events wait") {
    session::ClientOptions options = test::client_defaults();
    options.events_per_second = 1;
    People p(options);
    const ClientId id = p.join();
    p.clients.ask(id, "question", {"[]", {}}, 60s, 5);
    for (int i = 0; i < 5; ++i)
        p.say({"2[\"a\"]"});
    p.say({"30[1]"});
    CHECK(p.events.log == Log{"event / a[]", "event / a[]", "answered 5 ok[1]"});
}

TEST_CASE("the namespaces of a connection share one rate, and what waits in each comes") {
    session::ClientOptions options = test::client_defaults();
    options.events_per_second = 2;
    People p(options);
    p.join();
    p.join("0/b,");
    for (int i = 0; i < 8; ++i)
        p.say({"2[\"a\"]"});
    p.say({"2/b,[\"b\"]"}); // of one bucket
    CHECK(p.events.log.size() == 4);
    for (int i = 0; i < 5; ++i)
        p.pass(500ms);
    CHECK(p.events.log.size() == 9);
    CHECK(std::count(p.events.log.begin(), p.events.log.end(), "event /b b[]") == 1);
    CHECK(p.clients.size() == 2);
}

TEST_CASE("all that a client joins again may come at once") {
    session::ClientOptions options = test::client_defaults();
    options.events_per_second = 5;
    options.events_at_once = 20;
    People p(options);
    p.join();
    p.pass(10s);
    for (int i = 0; i < 26; ++i)
        p.say({"2[\"a\"]"});
    CHECK(p.events.log.size() == 25);
}

TEST_CASE("leaving and coming back gains no events") {
    session::ClientOptions options = test::client_defaults();
    options.events_per_second = 5;
    People p(options);
    p.join();
    for (int i = 0; i < 9; ++i)
        p.say({"2[\"a\"]"});
    p.say({"1"});
    p.join();
    p.say({"2[\"a\"]", "2[\"a\"]"});
    CHECK(p.events.log.size() == 1);
}

TEST_CASE("a client whose events wait may go at any time") {
    session::ClientOptions options = test::client_defaults();
    options.events_per_second = 1;
    People p(options);
    const ClientId id = p.join();
    for (int i = 0; i < 5; ++i)
        p.say({"2[\"a\"]"});
    p.clients.disconnect(id, CloseReason::server_namespace_disconnect, false);
    p.pass(5s);
    CHECK(p.events.log == Log{"event / a[]", "event / a[]", "gone: server namespace disconnect"});
    p.join();
    for (int i = 0; i < 20; ++i)
        p.say({"2[\"a\"]"});
    p.sessions.link_gone(p.session, p.ws, CloseReason::transport_close);
    p.events.log.clear();
    p.pass(5s);
    CHECK(p.events.log.empty());
}

TEST_CASE(
    "who is refused over and over is not asked about for a while, who is let in begins anew") {
    session::ClientOptions options = test::client_defaults();
    options.namespaces_per_session = 3;
    People p(options);
    bool let_in = false;
    p.events.on_connecting = [&](ClientId id) {
        if (let_in)
            p.clients.accept(id);
        else
            p.clients.refuse(id, "no", {});
    };
    const auto asked = [&] {
        const auto before = p.events.log.size();
        p.say({"0"});
        CHECK(p.open());
        CHECK(p.ws.got.back().starts_with("44{\"message\":"));
        return p.events.log.size() > before;
    };
    for (int i = 0; i < 3; ++i)
        CHECK(asked());
    let_in = true;
    p.say({"0", "1"});
    let_in = false;
    for (int i = 0; i < 4; ++i)
        CHECK(asked());
    CHECK(!asked());
    CHECK(has_code(p, "\"code\":\"too_many_attempts\",\"retryable\":true"));
    p.clock.advance(9s);
    CHECK(!asked()); // which lasts no longer for it
    p.clock.advance(1s);
    CHECK(asked());
}

TEST_CASE("connecting over and over is limited as events are") {
    session::ClientOptions options = test::client_defaults();
    options.events_per_second = 5;
    People p(options);
    for (int i = 0; i < 10; ++i)
        p.say({"0", "1"});
    CHECK(p.events.log.size() == 20);
    p.say({"0"});
    CHECK(p.events.log.size() == 20);
    CHECK(has_code(p, "too_many_attempts"));
    CHECK(p.open());
    p.pass(200ms);
    p.say({"0"});
    CHECK(p.events.log.size() == 21);
}
