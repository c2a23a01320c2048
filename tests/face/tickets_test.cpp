#include <roomd/plugin.hpp>

#include "both.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

using namespace roomd;
using test::Both;

namespace {

roomd_event event_with(roomd_ticket ack) {
    roomd_event event{};
    event.struct_size = sizeof event;
    event.client = 7;
    event.ack = ack;
    event.nsp = str("/");
    event.name = str("hello");
    return event;
}

roomd_connect connect_with(roomd_ticket ticket) {
    roomd_connect connect{};
    connect.struct_size = sizeof connect;
    connect.client = 7;
    connect.ticket = ticket;
    connect.nsp = str("/chat");
    return connect;
}

} // namespace

TEST_CASE("an event hook answers its ack now, later, or passes") {
    Both b;
    std::optional<Ack> later;
    Handle now = b.host.on_event("/", "now", [](const Event &event, Ack &ack) {
        CHECK(event.wants_ack);
        CHECK(ack.send("[1]") == ROOMD_OK);
        CHECK(ack.send("[2]") == ROOMD_GONE);
    });
    Handle wait = b.host.on_event("/", "later", [&](const Event &, Ack &ack) {
        later.emplace(std::move(ack));
        return Next::taken;
    });
    Handle pass = b.host.on_event("/", "pass", [](const Event &, Ack &) { return Next::pass; });

    auto event = event_with(11);
    CHECK(b.fake.hook("on_event", "now")->event(b.fake.hook("on_event", "now")->user, &event) ==
          ROOMD_TAKEN);
    CHECK(b.fake.answers.size() == 1);
    event = event_with(12);
    CHECK(b.fake.hook("on_event", "later")->event(b.fake.hook("on_event", "later")->user, &event) ==
          ROOMD_TAKEN);
    CHECK(b.fake.answers.size() == 1);
    later->send("[\"late\"]");
    CHECK(b.fake.answers.at(1).ticket == 12);
    CHECK(b.fake.answers.at(1).body == "[\"late\"]");
    CHECK(b.fake.hook("on_event", "pass")->event(b.fake.hook("on_event", "pass")->user, &event) ==
          ROOMD_PASS);
    CHECK(b.fake.answers.size() == 2);
}

TEST_CASE("an event without an ack gives one that is false") {
    Both b;
    Handle hook = b.host.on_event("/", "*", [](const Event &event, Ack &ack) {
        CHECK(!event.wants_ack);
        CHECK(!ack);
        CHECK(ack.send("[]") == ROOMD_GONE);
    });
    const auto event = event_with(0);
    b.fake.hook("on_event")->event(b.fake.hook("on_event")->user, &event);
    CHECK(b.fake.answers.empty());
}

TEST_CASE("a verdict that is dropped refuses, one that is passed on does not") {
    Both b;
    auto how = Next::taken;
    Handle hook = b.host.on_connect("/chat", [&](const Connect &, Verdict &) { return how; });
    const auto connect = connect_with(21);
    const auto call = [&] {
        return b.fake.hook("on_connect")->connect(b.fake.hook("on_connect")->user, &connect);
    };
    CHECK(call() == ROOMD_TAKEN);
    CHECK(b.fake.answers.at(0).status == 0);
    CHECK(b.fake.answers.at(0).body == "not decided");
    how = Next::pass;
    CHECK(call() == ROOMD_PASS);
    CHECK(b.fake.answers.size() == 1);
}

TEST_CASE("a connect or join hook that throws refuses") {
    Both b;
    Handle connects = b.host.on_connect("/chat", [](const Connect &, Verdict &) { throw 42; });
    Handle joins = b.host.on_join("/", "vip:*", [](const Join &, Verdict &) -> Next { throw 42; });
    const auto connect = connect_with(31);
    CHECK(b.fake.hook("on_connect")->connect(b.fake.hook("on_connect")->user, &connect) ==
          ROOMD_TAKEN);
    roomd_join join{};
    join.ticket = 32;
    CHECK(b.fake.hook("on_join")->join(b.fake.hook("on_join")->user, &join) == ROOMD_TAKEN);
    CHECK(b.fake.answers.size() == 2);
    CHECK(b.fake.answers.at(1).ticket == 32);
    CHECK(b.fake.answers.at(1).status == 0);
}

TEST_CASE("a verdict carries identity and expiry, or message and data") {
    Both b;
    {
        Verdict yes(&b.host.core(), 1);
        yes.accept(R"({"user":"ann"})", 1234);
        Verdict no(&b.host.core(), 2);
        no.refuse("members only", R"({"code":"members"})");
    }
    REQUIRE(b.fake.answers.size() == 2);
    CHECK(b.fake.answers.at(0).status == 1);
    CHECK(b.fake.answers.at(0).body == R"({"user":"ann"})");
    CHECK(b.fake.answers.at(0).expires == 1234);
    CHECK(b.fake.answers.at(1).body == "members only");
    CHECK(b.fake.answers.at(1).data == R"({"code":"members"})");
}

TEST_CASE("an answer the host finds invalid leaves the ticket open") {
    Both b;
    {
        Response response(&b.host.core(), 5);
        b.fake.next = ROOMD_INVALID;
        CHECK(response.send(999, "x") == ROOMD_INVALID);
        CHECK(response);
        b.fake.next = ROOMD_OK;
    }
    REQUIRE(b.fake.answers.size() == 1);
    CHECK(b.fake.answers.at(0).status == 500);
}

TEST_CASE("a request that is not answered, or whose route throws, gets a 500") {
    Both b;
    Handle quiet = b.host.route({.method = "GET", .path = "/quiet", .scope = "s", .headers = {}},
                                [](const Request &, Response &) {});
    Handle throws = b.host.route({.method = "GET", .path = "/throws", .scope = "", .headers = {}},
                                 [](const Request &, Response &) { throw std::bad_alloc(); });
    CHECK(b.fake.hook("route", "/quiet")->scope == "s");
    b.fake.request("/quiet", "");
    b.fake.request("/throws", "");
    REQUIRE(b.fake.answers.size() == 2);
    CHECK(b.fake.answers.at(0).status == 500);
    CHECK(b.fake.answers.at(1).status == 500);
}

TEST_CASE("a response can be answered after the request is gone, with headers") {
    Both b;
    std::optional<Response> later;
    Handle route =
        b.host.route({.method = "POST", .path = "/r", .scope = "", .headers = {"x-a", "x-b"}},
                     [&](const Request &request, Response &response) {
                         CHECK(request.header("x-b") == "2");
                         CHECK(request.body == "body");
                         later.emplace(std::move(response));
                     });
    CHECK(b.fake.hook("route")->headers == std::vector<std::string>{"x-a", "x-b"});
    b.fake.request("/r", "body", {{"x-a", "1"}, {"x-b", "2"}});
    CHECK(b.fake.answers.empty());
    const Field headers[] = {{"X-C", "3"}};
    CHECK(later->send(201, "{}", "text/plain", headers) == ROOMD_OK);
    CHECK(b.fake.answers.at(0).status == 201);
    CHECK(b.fake.answers.at(0).type == "text/plain");
    CHECK(b.fake.answers.at(0).headers.at(0).second == "3");
}

TEST_CASE("a room that gets its first member, and one that lost its last, is told") {
    Both b;
    std::string seen;
    static roomd_room_fn fn;
    static void *user;
    b.fake.table.on_room = [](roomd_self *, roomd_str, roomd_str, roomd_room_fn f, void *u,
                              roomd_handle *out) {
        fn = f;
        user = u;
        *out = 1;
        return ROOMD_OK;
    };
    const Handle handle = b.host.on_room("/x", "library:*", [&](const Room &room) {
        seen += std::string(room.occupied ? "+" : "-") + std::string(room.nsp) +
                std::string(room.room) + " ";
    });
    roomd_room raw{sizeof raw, 1, str("/x"), str("library:1")};
    fn(user, &raw);
    raw.occupied = 0;
    fn(user, &raw);
    CHECK(seen == "+/xlibrary:1 -/xlibrary:1 ");
    b.fake.table.struct_size = offsetof(roomd_host, on_room);
    CHECK_THROWS_AS((void)b.host.on_room("/", "*", [](const Room &) {}), Failure);
}
