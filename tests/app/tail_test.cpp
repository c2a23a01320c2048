#include "app/tail.hpp"

#include "auth/keys.hpp"
#include "dispatch/router.hpp"
#include "session/sessions.hpp"
#include "session/socketio.hpp"
#include "support/dispatch_defaults.hpp"
#include "support/fake_hooks.hpp"
#include "support/hand_clock.hpp"
#include "support/session_defaults.hpp"
#include "json/json.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <map>

using namespace roomd;
using base::Duration;

namespace {

struct Looking {
    explicit Looking(app::Tail::Limits with = {}) : limits(with) {
        clients.wire(sessions, router);
        router.wire(hooks);
    }

    void emit(std::string_view room, std::string_view args = "[1]") {
        dispatch::Emit emit;
        emit.rooms = {room};
        emit.event = "news";
        emit.args.json = args;
        REQUIRE(router.emit(emit).status == dispatch::Status::ok);
    }
    void ask(std::uint64_t id, std::string room = "") {
        app::Tail::Request request;
        request.id = base::ExchangeId{id};
        request.room = std::move(room);
        REQUIRE(tail.ask(request));
    }
    void ask_since(std::uint64_t id, std::uint64_t since) {
        app::Tail::Request request;
        request.id = base::ExchangeId{id};
        request.from_now = false;
        request.since = since;
        REQUIRE(tail.ask(request));
    }
    bool answered(std::uint64_t id) const { return answers.count(base::ExchangeId{id}) != 0; }
    std::string member(std::uint64_t id, std::string_view name) const {
        return std::string(json::member(answers.at(base::ExchangeId{id}), name));
    }
    // The rooms of each event, "a b".
    std::string rooms(std::uint64_t id) const {
        std::vector<std::string_view> events, names;
        const std::string list = member(id, "events");
        json::split_array(list, events);
        std::string out;
        for (const auto event : events) {
            json::split_array(json::member(event, "rooms"), names);
            for (const auto name : names)
                out += (out.empty() ? "" : " ") + json::string(name);
        }
        return out;
    }

    test::HandClock clock;
    test::FakeHooks hooks;
    session::SocketIo clients{test::client_defaults(), clock};
    session::Sessions sessions{test::session_defaults(), clients, clock};
    dispatch::Router router{test::dispatch_defaults(), clients, clock};
    std::map<base::ExchangeId, std::string> answers;
    int soon = 0;
    app::Tail::Limits limits;
    app::Tail tail{clock,
                   router,
                   clients,
                   [this](base::ExchangeId id, std::string json) {
                       CHECK_MESSAGE(json::check(json), json);
                       answers[id] = std::move(json);
                   },
                   [this] { ++soon; },
                   limits};
};

} // namespace

TEST_CASE("a tail client gets the events from now on, together") {
    Looking on;
    on.emit("before");
    on.ask(1);
    CHECK_FALSE(on.answered(1));
    on.emit("a");
    on.emit("b");
    CHECK_FALSE(on.answered(1));
    CHECK(on.soon == 1);
    on.tail.serve();
    CHECK(on.rooms(1) == "a b");
    CHECK(on.member(1, "lost") == "0");
    CHECK(on.member(1, "next") == "3");
}

TEST_CASE("asking again gives at once what came meanwhile") {
    Looking on;
    on.ask(1);
    on.emit("a");
    on.tail.serve();
    on.emit("b");
    on.ask_since(2, 1);
    CHECK(on.rooms(2) == "b");
    CHECK(on.member(2, "next") == "2");
}

TEST_CASE("an empty answer comes in time") {
    Looking on;
    on.ask(1);
    on.clock.advance(Duration(19999));
    on.tail.tick();
    CHECK_FALSE(on.answered(1));
    on.clock.advance(Duration(1));
    on.tail.tick();
    CHECK(on.member(1, "events") == "[]");
    CHECK(on.member(1, "next") == "0");
}

TEST_CASE("one room can be watched, or those with a prefix") {
    Looking on;
    on.ask(1, "library:1");
    on.ask(2, "library:*");
    on.emit("library:2");
    on.emit("user:1");
    on.tail.serve();
    CHECK_FALSE(on.answered(1));
    CHECK(on.rooms(2) == "library:2");
    on.emit("library:1");
    on.emit("library:10");
    on.tail.serve();
    CHECK(on.rooms(1) == "library:1");
    CHECK(on.member(1, "next") == "4");
    CHECK(on.member(1, "lost") == "0");
}

TEST_CASE("events over the bound are lost, and counted") {
    app::Tail::Limits limits;
    limits.events = 3;
    Looking on(limits);
    on.ask(1);
    for (const char *room : {"a", "b", "c", "d", "e"})
        on.emit(room);
    on.tail.serve();
    CHECK(on.rooms(1) == "c d e");
    CHECK(on.member(1, "lost") == "2");
    CHECK(on.member(1, "next") == "5");
}

TEST_CASE("recorded events have a bound in bytes") {
    app::Tail::Limits limits;
    limits.bytes = 1000;
    Looking on(limits);
    on.ask(1);
    const std::string args = "[\"" + std::string(400, 'x') + "\"]";
    for (const char *room : {"a", "b", "c"})
        on.emit(room, args);
    on.tail.serve();
    CHECK(on.rooms(1) == "c");
    CHECK(on.member(1, "lost") == "2");
}

TEST_CASE("a loss is reported at once, also to a client that watches another room") {
    app::Tail::Limits limits;
    limits.events = 1;
    Looking on(limits);
    on.ask(1, "other");
    on.emit("a");
    on.emit("b");
    on.tail.serve();
    CHECK(on.member(1, "lost") == "1");
    CHECK(on.member(1, "events") == "[]");
}

TEST_CASE("an answer is bounded, and the next one continues it") {
    app::Tail::Limits limits;
    limits.answer = 1;
    Looking on(limits);
    on.ask(1);
    on.emit("a");
    on.emit("b");
    on.tail.serve();
    CHECK(on.rooms(1) == "a");
    on.ask_since(2, 1);
    CHECK(on.rooms(2) == "b");
}

TEST_CASE("long arguments are left out, their size is not") {
    app::Tail::Limits limits;
    limits.args = 10;
    Looking on(limits);
    on.ask(1);
    on.emit("a", "[12345678]");
    on.emit("b", "[123456789]");
    on.tail.serve();
    const std::string events = on.member(1, "events");
    CHECK(events.find(R"("bytes":10,"args":[12345678]})") != std::string::npos);
    CHECK(events.ends_with(R"("bytes":11}])"));
}

TEST_CASE("nothing is recorded unless somebody asks, nor long after") {
    Looking on;
    on.emit("a");
    CHECK_FALSE(on.tail.watching());
    on.ask(1);
    CHECK(on.tail.watching());
    on.emit("b");
    on.tail.serve();
    on.clock.advance(Duration(59999));
    on.tail.tick();
    CHECK(on.tail.watching());
    on.clock.advance(Duration(1));
    on.tail.tick();
    CHECK_FALSE(on.tail.watching());
    on.emit("c");
    on.ask_since(2, 2); // what came while nobody looked on is lost
    CHECK(on.member(2, "lost") == "1");
    CHECK(on.member(2, "next") == "3");
    CHECK(on.member(2, "events") == "[]");
}

TEST_CASE("numbers of an earlier run mean from now on, and the answer says which run it is") {
    Looking on;
    on.ask_since(1, 5000);
    on.emit("a");
    on.tail.serve();
    CHECK(on.rooms(1) == "a");
    CHECK(on.member(1, "lost") == "0");
    CHECK(on.member(1, "run").size() == 22);
}

TEST_CASE("only a bounded number may wait, and none is left waiting at the end") {
    app::Tail::Limits limits;
    limits.waiting = 2;
    Looking on(limits);
    on.ask(1);
    on.ask(2);
    CHECK_FALSE(on.tail.ask({}));
    on.tail.end();
    CHECK(on.answered(1));
    CHECK(on.answered(2));
    CHECK(on.tail.ask({}));
}

TEST_CASE("an emit to everyone or to one client is marked") {
    Looking on;
    on.ask(1);
    dispatch::Emit emit;
    emit.all = true;
    emit.event = "news";
    emit.args.json = "[]";
    emit.except = {"x"};
    emit.droppable = true;
    on.router.emit(emit);
    on.tail.serve();
    const std::string events = on.member(1, "events");
    CHECK(events.find(R"("event":"news","broadcast":true,"except":["x"],"volatile":true)") !=
          std::string::npos);
}

TEST_CASE("an emit tells who asked for it, and how long it took from there") {
    Looking on;
    on.ask(1);
    auth::Key key;
    key.name = "backend";
    key.events = key.rooms = {"*"};
    dispatch::Emit emit;
    emit.rooms = {"a"};
    emit.event = "news";
    emit.args.json = "[]";
    emit.position.source = "http_emit";
    emit.rights = &key;
    emit.came = std::chrono::steady_clock::now() - std::chrono::milliseconds(3);
    on.router.emit(emit);
    emit.rights = nullptr;
    on.router.emit(emit);
    emit.position.source = {};
    emit.came = {};
    on.router.emit(emit);
    on.tail.serve();
    const std::string list = on.member(1, "events");
    std::vector<std::string_view> events;
    json::split_array(list, events);
    REQUIRE(events.size() == 3);
    CHECK(json::member(events[0], "source") == R"({"plugin":"http_emit","key":"backend"})");
    const std::string latency(json::member(events[0], "latency"));
    CHECK(std::stoul(latency) >= 3000);
    CHECK(std::stoul(latency) < 10'000'000);
    CHECK(json::member(events[1], "source") == R"({"plugin":"http_emit"})");
    CHECK(json::member(events[2], "source") == R"({"operator":true})");
    CHECK(json::member(events[2], "latency").empty());
}
