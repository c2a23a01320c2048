#include "hook_calls.hpp"

#include <doctest/doctest.h>

using namespace roomd;
using namespace roomd::test;
using Texts = std::vector<std::string>;

TEST_CASE_FIXTURE(Shard,
                  "a plugin serves a pattern of namespaces, sees the handshake, and says no") {
    strings->on_start = [](puppet *p, roomd_error *) {
        return p->host->keep_header(p->self, str("X-Portal"));
    };
    puppet &p = play();
    CHECK(registry->kept_headers() == Texts{"x-portal"});
    CHECK(p.host->keep_header(p.self, str("cookie")) == ROOMD_INVALID);
    std::string seen;
    On<roomd_connect> hook = [&](const roomd_connect *c) {
        seen = text(c->nsp) + " " + text(c->auth) + " " + std::to_string(c->n_headers) + " " +
               text(c->headers[0].key) + "=" + text(c->headers[0].value) + " " + text(c->query);
        return refuse(p, c->ticket) == ROOMD_OK ? ROOMD_TAKEN : ROOMD_PASS;
    };
    roomd_handle handle = 0;
    CHECK(p.host->on_connect(p.self, str("/t-*"), call_connect, &hook, &handle) == ROOMD_OK);
    test::Peer &peer = connect(R"(40/t-7,{"token":"x"})");
    const Texts got = received(peer);
    REQUIRE(got.size() == 2); // after the open packet
    CHECK(got[1] == R"(44/t-7,{"message":"not you","data":{"code":"no"}})");
    CHECK(seen == R"(/t-7 {"token":"x"} 1 x-portal=owner {})");
    test::Peer &other = connect("40/u-7,");
    CHECK(received(other).back() == R"(44/u-7,{"message":"Invalid namespace"})");
}

TEST_CASE_FIXTURE(Shard, "a hook that passes on a namespace only it knows leaves it invalid") {
    puppet &p = play();
    On<roomd_connect> hook = [&](const roomd_connect *) { return ROOMD_PASS; };
    roomd_handle handle = 0;
    p.host->on_connect(p.self, str("*"), call_connect, &hook, &handle);
    CHECK(received(connect("40/x,")).back() == R"(44/x,{"message":"Invalid namespace"})");
    CHECK(received(connect("40")).back().substr(0, 8) == R"(40{"sid")");
}

TEST_CASE_FIXTURE(Shard, "an emit and a join before a late verdict go ahead of the CONNECT reply") {
    puppet &p = play();
    roomd_client client = 0;
    roomd_ticket ticket = 0;
    On<roomd_connect> hook = [&](const roomd_connect *c) {
        client = c->client;
        ticket = c->ticket;
        roomd_emit hello = emit_to("hello", nullptr, 0);
        hello.to = c->client;
        CHECK(p.host->emit(p.self, &hello, nullptr, nullptr) == ROOMD_OK);
        CHECK(p.host->join(p.self, c->client, str("library:z")) == ROOMD_OK);
        return ROOMD_TAKEN;
    };
    roomd_handle handle = 0;
    p.host->on_connect(p.self, str("/"), call_connect, &hook, &handle);
    test::Peer &peer = connect();
    say(peer, R"(42["too early"])");
    CHECK(received(peer).back() == R"(42["hello",1])");
    CHECK(accept(p, ticket) == ROOMD_OK);
    CHECK(accept(p, ticket) == ROOMD_GONE);
    const roomd_str room = str("library:z");
    const roomd_emit news = emit_to("news", &room, 1);
    CHECK(p.host->emit(p.self, &news, nullptr, nullptr) == ROOMD_OK);
    const Texts got = received(peer);
    REQUIRE(got.size() >= 2);
    CHECK(got[got.size() - 1] == R"(42["news",1])");
    CHECK(got[got.size() - 2].substr(0, 8) == R"(40{"sid")");
}

TEST_CASE_FIXTURE(Shard, "the first plugin that takes an event ends the question") {
    auto second = Shard::entry("puppet");
    second.instance = "second";
    run({Shard::entry("puppet"), second});
    puppet &a = strings->all[0], &b = strings->all[1];
    std::string order;
    On<roomd_event> pass = [&](const roomd_event *) { return order += "a", ROOMD_PASS; };
    On<roomd_event> take = [&](const roomd_event *) { return order += "b", ROOMD_TAKEN; };
    roomd_handle handle = 0;
    b.host->on_event(b.self, str("/"), str("chat:*"), call_event, &take, &handle);
    b.host->on_event(b.self, str("/"), str("*"), call_event, &pass, &handle);
    a.host->on_event(a.self, str("*"), str("chat:say"), call_event, &pass, &handle);
    test::Peer &peer = connect();
    say(peer, R"(42["chat:say",1])");
    CHECK(order == "ab");
    say(peer, R"(42["other",1])");
    CHECK(order == "aba");
}

TEST_CASE_FIXTURE(Shard, "a join waits for the plugin's verdict") {
    puppet &p = play();
    roomd_ticket ticket = 0;
    On<roomd_join> hook = [&](const roomd_join *j) {
        ticket = j->ticket;
        return ROOMD_TAKEN;
    };
    roomd_handle handle = 0;
    p.host->on_join(p.self, str("/"), str("library:*"), call_join, &hook, &handle);
    test::Peer &peer = connect();
    say(peer, R"(421["join:library","a"])");
    Texts got = received(peer);
    CHECK(got.back().find("431") == std::string::npos);
    CHECK(refuse(p, ticket) == ROOMD_OK);
    got = received(peer);
    REQUIRE(got.size() == 1);
    CHECK(got[0].find(R"(431[{"ok":false)") == 0);
    say(peer, R"(422["join:library","a"])");
    accept(p, ticket);
    CHECK(received(peer) == Texts{R"(432[{"ok":true,"room":"library:a","members":1}])"});
    std::vector<roomd_client> members;
    const auto fn = [](void *user, roomd_status, const roomd_client *ids, std::size_t n) {
        static_cast<std::vector<roomd_client> *>(user)->assign(ids, ids + n);
    };
    CHECK(p.host->members(p.self, str(""), str("library:a"), fn, &members) == ROOMD_OK);
    registry->drain();
    CHECK(members.size() == 1);
}

TEST_CASE_FIXTURE(Shard, "a plugin learns who came, why one left, and from which rooms") {
    puppet &p = play();
    static std::string log;
    log.clear();
    roomd_handle handle = 0;
    p.host->on_connected(
        p.self, str("*"),
        [](void *, const roomd_connected *c) {
            log += "+" + std::to_string(c->id.len) + text(c->nsp);
        },
        nullptr, &handle);
    p.host->on_disconnect(
        p.self, str("*"),
        [](void *, const roomd_gone *g) {
            log += " -" + text(g->reason);
            for (std::size_t i = 0; i < g->n_rooms; ++i)
                log += " " + text(g->rooms[i]);
        },
        nullptr, &handle);
    test::Peer &peer = connect();
    say(peer, R"(42["join:library","a"])");
    say(peer, "41");
    CHECK(log == "+20/ -client namespace disconnect library:a");
}

TEST_CASE_FIXTURE(Shard, "the bus sees what is not local, and there is one bus") {
    auto second = Shard::entry("puppet");
    second.instance = "second";
    run({Shard::entry("puppet"), second});
    puppet &a = strings->all[0], &b = strings->all[1];
    Texts seen;
    roomd_handle bus = 0, no = 0;
    const roomd_publish_fn fn = [](void *user, const roomd_emit *e) {
        static_cast<Texts *>(user)->push_back(text(e->event) + " " + text(e->rooms[0]) + " " +
                                              text(e->args.json));
    };
    CHECK(a.host->on_publish(a.self, fn, &seen, &bus) == ROOMD_OK);
    CHECK(b.host->on_publish(b.self, fn, &seen, &no) == ROOMD_DENIED);
    const roomd_str room = str("library:a");
    roomd_emit emit = emit_to("news", &room, 1);
    b.host->emit(b.self, &emit, nullptr, nullptr);
    emit.flags = ROOMD_EMIT_LOCAL;
    b.host->emit(b.self, &emit, nullptr, nullptr);
    registry->drain();
    CHECK(seen == Texts{"news library:a [1]"});
    a.host->cancel(a.self, bus);
    CHECK(b.host->on_publish(b.self, fn, &seen, &no) == ROOMD_OK);
}

TEST_CASE_FIXTURE(Shard, "hooks that cancel themselves and each other while they are called") {
    puppet &p = play();
    roomd_handle first = 0, second = 0, third = 0;
    std::string order;
    On<roomd_event> three = [&](const roomd_event *) { return order += "3", ROOMD_PASS; };
    On<roomd_event> one = [&](const roomd_event *) {
        order += "1";
        p.host->cancel(p.self, first);
        p.host->cancel(p.self, second);
        p.host->on_event(p.self, str("/"), str("x"), call_event, &three, &third);
        return ROOMD_PASS;
    };
    On<roomd_event> two = [&](const roomd_event *) { return order += "2", ROOMD_PASS; };
    p.host->on_event(p.self, str("/"), str("x"), call_event, &one, &first);
    p.host->on_event(p.self, str("/"), str("x"), call_event, &two, &second);
    test::Peer &peer = connect();
    say(peer, R"(42["x"])");
    CHECK(order == "1");
    say(peer, R"(42["x"])");
    CHECK(order == "13");
}

TEST_CASE_FIXTURE(Shard, "a plugin is told of rooms that get a first member and lose their last") {
    puppet &p = play();
    static std::string log;
    log.clear();
    roomd_handle connects = 0, leaves = 0, rooms = 0, others = 0;
    p.host->on_connected(
        p.self, str("*"), [](void *, const roomd_connected *) { log += "hello "; }, nullptr,
        &connects);
    p.host->on_disconnect(
        p.self, str("*"), [](void *, const roomd_gone *) { log += "bye "; }, nullptr, &leaves);
    const roomd_room_fn note = [](void *, const roomd_room *r) {
        log += (r->occupied != 0 ? "+" : "-") + text(r->nsp) + text(r->room) + " ";
    };
    CHECK(p.host->on_room(p.self, str("*"), str("library:*"), note, nullptr, &rooms) == ROOMD_OK);
    CHECK(p.host->on_room(p.self, str("/x"), str("*"), note, nullptr, &others) == ROOMD_OK);
    CHECK(p.host->on_room(p.self, str("/"), str("a b"), note, nullptr, &others) == ROOMD_INVALID);
    test::Peer &first = connect(), &second = connect();
    say(first, R"(42["join:library","1"])");
    say(second, R"(42["join:library","1"])");
    received(first);
    CHECK(log == "hello hello +/library:1 ");
    say(second, R"(42["leave","library:1"])");
    received(second);
    CHECK(log == "hello hello +/library:1 ");
    sessions.close(first.session, session::CloseReason::server_shutting_down);
    sessions.flush();
    sessions.reap(); // the end of a turn: nothing else calls plugins
    CHECK(turn_until([] { return log == "hello hello +/library:1 bye -/library:1 "; }));
    p.host->cancel(p.self, rooms);
    say(second, R"(42["join:library","2"])");
    received(second);
    CHECK(log == "hello hello +/library:1 bye -/library:1 ");
}
