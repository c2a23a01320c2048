#include "fixture.hpp"

#include <set>

using namespace roomd;
using namespace roomd::test;

namespace {
struct Rooms : RouterFixture {
    base::ClientId ann = connect(), bob = connect(), cid = connect();
    Rooms() {
        router.join(ann, "a");
        router.join(ann, "b");
        router.join(bob, "b");
    }
    dispatch::Emitted refused(const Emit &emit) {
        const auto checked = router.check(router.route(emit));
        const auto emitted = router.emit(emit);
        CHECK(checked.code == emitted.code);
        CHECK(checked.status == emitted.status);
        CHECK(emitted.recipients == 0);
        CHECK(hooks.log.empty());
        CHECK(fake.frames.empty());
        return emitted;
    }
};
} // namespace

TEST_CASE_FIXTURE(Rooms, "an emit to overlapping rooms reaches each client once") {
    const auto emitted = router.emit(to_rooms({"a", "b"}));
    CHECK(emitted.status == Status::ok);
    CHECK(emitted.recipients == 2);
    CHECK(emitted.rooms == Texts{"a", "b"});
    CHECK(fake.sent(ann) == Texts{news});
    CHECK(fake.sent(bob) == Texts{news});
    CHECK(fake.sent(cid).empty());
}

TEST_CASE_FIXTURE(Rooms, "every recipient gets the very same frame") {
    fake.frames.clear();
    router.emit(to_rooms({"a", "b"}));
    CHECK(fake.frames.size() == 2);
    CHECK(std::set<const base::Frame *>(fake.frames.begin(), fake.frames.end()).size() == 1);
}

TEST_CASE_FIXTURE(Rooms, "binary values follow their header for each recipient") {
    Emit emit = to_rooms({"b"});
    emit.args.json = R"([{"_placeholder":true,"num":0}])";
    emit.args.blobs = {"\x01\x02"};
    router.emit(emit);
    for (const auto client : {ann, bob})
        CHECK(fake.sent(client) ==
              Texts{R"(51-["news",{"_placeholder":true,"num":0}])", "\x01\x02"});
}

TEST_CASE_FIXTURE(Rooms, "except and without leave clients out") {
    Emit emit = to_rooms({"b"});
    emit.except = {"a"};
    CHECK(router.emit(emit).recipients == 1);
    CHECK(fake.sent(bob) == Texts{news});

    emit.except = {};
    emit.without = bob;
    CHECK(router.emit(emit).recipients == 1);
    CHECK(fake.sent(ann) == Texts{news});
    CHECK(fake.sent(bob).empty());
}

TEST_CASE_FIXTURE(Rooms, "a client's own id is a room, to reach and to except") {
    const std::string own = fake.id(cid), anns = fake.id(ann);
    CHECK(router.emit(to_rooms({own})).recipients == 1);
    CHECK(fake.sent(cid) == Texts{news});
    CHECK(router.emit(to_rooms({own, "a", anns})).recipients == 2);

    Emit emit = to_rooms({"b"});
    emit.except = {anns};
    CHECK(router.emit(emit).recipients == 1);
    CHECK(router.members("/", own) == std::vector{cid});
    CHECK(router.stats(10).rooms == 2); // none of them private
}

TEST_CASE_FIXTURE(Rooms, "an id reaches nobody in another namespace") {
    Emit emit = to_rooms({});
    const std::string own = fake.id(cid);
    connect("/custom");
    emit.rooms = {own};
    emit.nsp = "/custom";
    CHECK(router.emit(emit).recipients == 0);
    CHECK(router.members("/custom", own).empty());
}

TEST_CASE_FIXTURE(Rooms, "everyone is everyone of one namespace") {
    const auto other = connect("/custom");
    Emit emit = to_rooms({});
    emit.all = true;
    CHECK(router.emit(emit).recipients == 3);
    emit.nsp = "/custom";
    CHECK(router.emit(emit).recipients == 1);
    CHECK(fake.sent(other) == Texts{R"(2/custom,["news",1])"});
}

TEST_CASE_FIXTURE(Rooms, "a room nobody is in takes the emit and reaches nobody") {
    const auto emitted = router.emit(to_rooms({"empty"}));
    CHECK(emitted.status == Status::ok);
    CHECK(emitted.recipients == 0);
    CHECK(router.emits() == 1);
}

TEST_CASE_FIXTURE(Rooms, "a missing room never means everyone") {
    const auto emitted = refused(to_rooms({}));
    CHECK(emitted.status == Status::invalid);
    CHECK(emitted.code == "no_target");
    CHECK(emitted.pointer == "/rooms");
}

TEST_CASE_FIXTURE(Rooms, "rooms, one client and everyone exclude each other") {
    Emit emit = to_rooms({"a"});
    emit.all = true;
    CHECK(refused(emit).code == "two_targets");
    emit.all = false;
    emit.to = ann;
    CHECK(refused(emit).code == "two_targets");
}

TEST_CASE_FIXTURE(Rooms, "an invalid room is named by its place") {
    const auto emitted = refused(to_rooms({"a", "a b"}));
    CHECK(emitted.code == "room_invalid");
    CHECK(emitted.pointer == "/rooms/1");
    Emit emit = to_rooms({"a"});
    emit.except = {"b", "c", std::string_view{"d\0", 2}};
    CHECK(refused(emit).pointer == "/except/2");
    CHECK(refused(to_rooms({""})).pointer == "/rooms/0");
    CHECK(refused(to_rooms({"a/b:c"})).pointer == "/rooms/0");
}

TEST_CASE_FIXTURE(Rooms, "one emit names a bounded number of rooms") {
    std::vector<std::string_view> many(dispatch::max_emit_rooms, "a");
    CHECK(router.emit(to_rooms(many)).recipients == 1);
    fake.frames.clear();
    hooks.log.clear();
    many.push_back("a");
    CHECK(refused(to_rooms(many)).code == "too_many_rooms");
}

TEST_CASE_FIXTURE(Rooms, "names of the library's own events and malformed ones are refused") {
    for (const auto name : {"connect", "connect_error", "disconnect", "disconnecting",
                            "newListener", "removeListener", ""}) {
        CAPTURE(name);
        const auto emitted = refused(to_rooms({"a"}, name));
        CHECK(emitted.code == "event_invalid");
        CHECK(emitted.pointer == "/event");
    }
    CHECK(refused(to_rooms({"a"}, "\xff")).code == "event_invalid");
    CHECK(refused(to_rooms({"a"}, std::string(1000, 'x'))).code == "event_invalid");
}

TEST_CASE_FIXTURE(Rooms, "an emit over the limit is refused at its source") {
    Emit emit = to_rooms({"a"});
    const std::string big = "[\"" + std::string(996, 'x') + "\"]", fits(1000 - 2, 'y');
    emit.args.json = big;
    CHECK(router.emit(emit).status == Status::ok);
    fake.frames.clear();
    hooks.log.clear();
    const std::string bigger = "[\"" + std::string(997, 'x') + "\"]";
    emit.args.json = bigger;
    CHECK(refused(emit).status == Status::too_big);
    emit.args.json = "[]";
    emit.args.blobs = {fits, "z"};
    CHECK(refused(emit).code == "emit_too_big");
    emit.args.blobs = std::vector<std::string_view>(11, "z");
    CHECK(refused(emit).code == "too_many_attachments");
    emit.args = {"{}", {}};
    CHECK(refused(emit).code == "data_invalid");
    emit.args = {"", {}};
    CHECK(refused(emit).code == "data_invalid");
}

TEST_CASE_FIXTURE(Rooms, "an unknown namespace is refused") {
    Emit emit = to_rooms({"a"});
    emit.nsp = "/nowhere";
    CHECK(refused(emit).code == "namespace_unknown");
    emit.nsp = "";
    CHECK(refused(emit).code == "namespace_unknown");
}

TEST_CASE_FIXTURE(Rooms, "a routed event is taken only while unknown events are allowed") {
    Emit emit = to_rooms({"a"});
    emit.route = true;
    CHECK(router.emit(emit).recipients == 1);
    fake.frames.clear();
    hooks.log.clear();
    options.unknown_events = false;
    router.reconfigure(options);
    CHECK(refused(emit).code == "event_unknown");
    emit.route = false;
    CHECK(router.emit(emit).recipients == 1);
}

TEST_CASE_FIXTURE(Rooms, "an emit to one client speaks of the namespace it is in") {
    const auto other = connect("/custom");
    CHECK(router.emit(to_client(other)).recipients == 1);
    CHECK(fake.sent(other) == Texts{R"(2/custom,["news",1])"});
}

TEST_CASE_FIXTURE(Rooms, "an emit to a client that has gone says so") {
    fake.leave(cid, session::CloseReason::transport_close);
    hooks.log.clear();
    const auto emitted = refused(to_client(cid));
    CHECK(emitted.status == Status::gone);
    CHECK(emitted.code == "client_gone");
}

TEST_CASE_FIXTURE(Rooms, "except and without hold for an emit to one client too") {
    Emit emit = to_client(ann);
    emit.except = {"a"};
    CHECK(router.emit(emit).recipients == 0);
    emit.except = {"c"};
    CHECK(router.emit(emit).recipients == 1);
    emit.without = ann;
    CHECK(router.emit(emit).recipients == 0);
}

TEST_CASE_FIXTURE(Rooms, "a volatile emit counts those it was queued for") {
    Emit emit = to_rooms({"b"});
    emit.droppable = true;
    CHECK(router.emit(emit).recipients == 2);
    fake.blocked = true;
    CHECK(router.emit(emit).recipients == 0);
    emit.droppable = false;
    CHECK(router.emit(emit).recipients == 2);
}

TEST_CASE_FIXTURE(Rooms, "the bus sees what was delivered here, unless it is local or for one") {
    std::size_t delivered = 0;
    hooks.on_publish = [&](const Emit &) { delivered = fake.frames.size(); };
    router.emit(to_rooms({"b"}));
    CHECK(hooks.log == Texts{"publish news"});
    CHECK(delivered == 2);

    Emit emit = to_rooms({"b"});
    emit.local = true;
    router.emit(emit);
    router.emit(to_client(ann));
    CHECK(hooks.log.size() == 1);
}

TEST_CASE_FIXTURE(Rooms, "the bus may emit and disconnect when it is told") {
    hooks.on_publish = [&](const Emit &) {
        Emit back = to_rooms({"b"}, "echo");
        back.local = true;
        router.emit(back);
        router.disconnect(bob, false, session::CloseReason::server_namespace_disconnect);
    };
    CHECK(router.emit(to_rooms({"b"})).recipients == 2);
    CHECK(fake.sent(ann) == Texts{news, R"(2["echo",1])"});
    CHECK_FALSE(fake.alive(bob));
}

TEST_CASE_FIXTURE(Rooms, "check sends nothing and counts nothing") {
    CHECK(router.check(router.route(to_rooms({"b"}))).status == Status::ok);
    CHECK(fake.frames.empty());
    CHECK(hooks.log.empty());
    CHECK(router.emits() == 0);
}
