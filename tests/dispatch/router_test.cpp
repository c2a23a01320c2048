#include "fixture.hpp"

using namespace roomd;
using namespace roomd::test;

TEST_CASE_FIXTURE(RouterFixture, "a plugin moves a client into rooms of any valid name and out") {
    const auto ann = connect();
    CHECK(router.join(ann, "lobby") == Status::ok);
    CHECK(router.join(ann, "lobby") == Status::ok);
    CHECK(router.join(ann, "anykind:7") == Status::ok);
    CHECK(router.members("/", "lobby") == std::vector{ann});
    CHECK(router.leave(ann, "lobby") == Status::ok);
    CHECK(router.leave(ann, "lobby") == Status::ok);
    CHECK(router.members("/", "lobby").empty());
    CHECK(router.join(ann, "no room") == Status::invalid);
    CHECK(router.leave(ann, "") == Status::invalid);
    CHECK(router.members("/", "no room").empty());
    CHECK(router.members("/nowhere", "lobby").empty());
}

TEST_CASE_FIXTURE(RouterFixture, "a client that has gone is gone for every command") {
    const auto ann = connect();
    router.join(ann, "lobby");
    fake.leave(ann, session::CloseReason::transport_close);
    CHECK(router.join(ann, "lobby") == Status::gone);
    CHECK(router.leave(ann, "lobby") == Status::gone);
    CHECK(router.disconnect(ann, false, session::CloseReason::server_namespace_disconnect) ==
          Status::gone);
    CHECK_FALSE(router.ack(ann, 1, {"[]", {}}));
    CHECK(router.members("/", "lobby").empty());
    CHECK(router.join(base::ClientId::none, "lobby") == Status::gone);
}

TEST_CASE_FIXTURE(RouterFixture,
                  "who leaves is still in its rooms when plugins are told, then not") {
    const auto ann = connect(), bob = connect();
    router.join(ann, "a");
    router.join(bob, "a");
    hooks.on_left = [&](const dispatch::Left &left) {
        CHECK(left.client == ann);
        CHECK(left.nsp == "/");
        CHECK(left.id.size() == 20);
        CHECK(left.reason == session::CloseReason::ping_timeout);
        CHECK(router.members("/", "a").size() == 2);
        CHECK(router.emit(to_rooms({"a"}, "bye")).recipients == 1); // not to the one who left
        router.join(ann, "b");
    };
    fake.leave(ann, session::CloseReason::ping_timeout);
    CHECK(hooks.log == Texts{"left a", "publish bye"});
    CHECK(fake.sent(bob) == Texts{R"(2["bye",1])"});
    CHECK(router.members("/", "a") == std::vector{bob});
    CHECK(router.stats(10).rooms == 1);
}

TEST_CASE_FIXTURE(RouterFixture, "the private room is not among those a client left") {
    const auto ann = connect();
    fake.leave(ann, session::CloseReason::client_namespace_disconnect);
    CHECK(hooks.log == Texts{"left"});
}

TEST_CASE_FIXTURE(RouterFixture, "disconnect sends a client away with its reason") {
    const auto one = connect("/", 3), two = connect("/custom", 3), other = connect();
    CHECK(router.disconnect(one, true, session::CloseReason::server_namespace_disconnect) ==
          Status::ok);
    CHECK_FALSE(fake.alive(one));
    CHECK_FALSE(fake.alive(two));
    CHECK(fake.alive(other));
}

TEST_CASE_FIXTURE(RouterFixture, "a question to a client is answered once, by it or by its end") {
    const auto ann = connect();
    router.ask(router.route(to_client(ann)), base::Duration{1000}, 11);
    CHECK(fake.sent(ann) == Texts{"ask news[1]"});
    fake.answer(ann, 11, "[2]");
    CHECK(hooks.log == Texts{"answered 11 0 [2]"});

    hooks.log.clear();
    router.ask(router.route(to_client(ann)), base::Duration{1000}, 12);
    fake.leave(ann, session::CloseReason::transport_close);
    CHECK(hooks.log == Texts{"answered 12 1 []", "left"});
}

TEST_CASE_FIXTURE(RouterFixture, "a question that cannot be put is answered with gone at once") {
    const auto ann = connect();
    Emit reserved = to_client(ann);
    reserved.event = "disconnect";
    router.ask(router.route(reserved), base::Duration{1000}, 1);
    router.ask(router.route(to_rooms({"a"})), base::Duration{1000}, 2);
    router.ask(router.route(to_client(base::ClientId{77})), base::Duration{1000}, 3);
    CHECK(hooks.log == Texts{"answered 1 1 []", "answered 2 1 []", "answered 3 1 []"});
    CHECK(fake.sent(ann).empty());
}

TEST_CASE_FIXTURE(RouterFixture, "a plugin answers a client's event") {
    const auto ann = connect();
    hooks.on_event = [&](base::ClientId client, const sio::Event &event) {
        router.ack(client, *event.ack, event.args);
        return Next::taken;
    };
    CHECK(ask(ann, "echo", "[1,2]") == "37[1,2]");
}

TEST_CASE_FIXTURE(RouterFixture, "statistics count clients, rooms, emits, deliveries and events") {
    const auto ann = connect(), bob = connect(), cid = connect("/custom");
    router.join(ann, "big");
    router.join(bob, "big");
    router.join(bob, "b");
    router.join(bob, "a");
    router.join(cid, "a");
    router.emit(to_rooms({"big"}));
    fake.event(ann, "hello", "[]");
    fake.event(ann, "join:closed", "[1]");

    const auto stats = router.stats(2);
    CHECK(stats.clients == 3);
    CHECK(stats.rooms == 4);
    CHECK(stats.emits == 1);
    CHECK(router.emits() == 1);
    CHECK(stats.deliveries == 2);
    CHECK(stats.events_in == 2);
    CHECK(stats.joins_refused == 1);
    REQUIRE(stats.largest.size() == 2);
    CHECK(stats.largest[0].name == "a"); // the largest two, in order of their names
    CHECK(stats.largest[0].members == 1);
    CHECK(stats.largest[1].name == "big");
    CHECK(stats.largest[1].members == 2);
    CHECK(router.stats(0).largest.empty());
    CHECK(router.stats(100).largest.size() == 4);
    CHECK(router.stats(100).largest.back().nsp == "/custom");
}

TEST_CASE_FIXTURE(RouterFixture, "a namespace's clients are counted, not those of others") {
    connect();
    connect();
    connect("/custom");
    CHECK(router.count("/") == 2);
    CHECK(router.count("/custom") == 1);
    CHECK(router.count("/nobody") == 0);
}
