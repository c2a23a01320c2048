#include "fixture.hpp"

#include <utility>

using namespace roomd;
using namespace roomd::test;

namespace {

struct Onlooker final : dispatch::Watcher {
    Texts seen;
    void emitted(std::uint64_t number, const Emit &emit, const dispatch::Emitted &what) override {
        std::string text = std::to_string(number) + " " + std::string{emit.event};
        for (const auto &room : what.rooms)
            text += " " + room;
        seen.push_back(text + " to " + std::to_string(what.recipients));
    }
};

} // namespace

TEST_CASE_FIXTURE(RouterFixture, "an onlooker is told of each emit that was taken, in order") {
    const auto ann = connect();
    router.join(ann, "a");
    router.emit(to_rooms({"a"}, "before"));
    Onlooker onlooker;
    router.watch(onlooker);
    router.emit(to_rooms({"a", "b"}, "first"));
    CHECK(router.emit(to_rooms({"no room"}, "wrong")).status == Status::invalid);
    router.emit(to_client(ann));
    router.unwatch(onlooker);
    router.emit(to_rooms({"a"}, "after"));
    CHECK(onlooker.seen == Texts{"2 first a b to 1", "3 news to 1"});
}

TEST_CASE_FIXTURE(RouterFixture, "an onlooker is told before the plugins, whose emits come after") {
    const auto ann = connect();
    router.join(ann, "a");
    Onlooker onlooker;
    router.watch(onlooker);
    bool answered = false;
    hooks.on_publish = [&](const Emit &) {
        if (std::exchange(answered, true)) return;
        router.emit(to_rooms({"a"}, "second"));
    };
    router.emit(to_rooms({"a"}, "first"));
    CHECK(onlooker.seen == Texts{"1 first a to 1", "2 second a to 1"});
}

TEST_CASE_FIXTURE(RouterFixture, "rooms are listed by prefix, and counted beyond the limit") {
    const auto ann = connect(), bob = connect("/custom");
    for (const char *room : {"library:2", "library:1", "user:ann"})
        router.join(ann, room);
    router.join(bob, "library:1");
    std::vector<dispatch::Stats::Room> rooms;
    CHECK(router.rooms("library:", 2, rooms) == 3);
    REQUIRE(rooms.size() == 2);
    CHECK(rooms[0].nsp == "/");
    CHECK(rooms[0].name == "library:1");
    CHECK(rooms[0].members == 1);
    CHECK(rooms[1].name == "library:2");
    rooms.clear();
    CHECK(router.rooms("", 10, rooms) == 4);
    CHECK(rooms.back().nsp == "/custom");
    rooms.clear();
    CHECK(router.rooms("none", 10, rooms) == 0);
    CHECK(rooms.empty());
}

TEST_CASE_FIXTURE(RouterFixture, "who a client is and where it is can be asked") {
    const auto ann = connect();
    router.join(ann, "a");
    CHECK(router.rooms_of(ann) == Texts{"a"});
    hooks.on_connecting = [&](const dispatch::Connecting &c) {
        router.decide_connect(c.client, yes(R"({"user":"bob"})"));
        return Next::taken;
    };
    const auto bob = connect();
    CHECK(router.identity(bob) == R"({"user":"bob"})");
    CHECK(router.clients_of("bob") == std::vector{bob});
    CHECK(router.identity(ann).empty());
    CHECK(router.clients_of("ann").empty());
    fake.leave(ann, session::CloseReason::transport_close);
    CHECK(router.rooms_of(ann).empty());
    CHECK(router.rooms_of(base::ClientId::none).empty());
}
