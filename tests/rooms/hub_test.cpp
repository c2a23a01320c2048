#include "clients.hpp"
#include "rooms/hub.hpp"
#include "rooms/watcher.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>

using namespace roomd;
using test::ann, test::bob;

TEST_CASE("the same room name in two namespaces is two rooms") {
    rooms::Hub hub;
    hub.enter(ann, "/").join(ann, "a");
    hub.enter(bob, "/chat").join(bob, "a");
    const std::array<std::string_view, 1> a{"a"};

    CHECK(hub.find("/")->select({.rooms = a}) == std::vector{ann});
    CHECK(hub.find("/chat")->select({.rooms = a}) == std::vector{bob});
    CHECK(hub.rooms() == 2);
}

TEST_CASE("a space ends with its last client") {
    rooms::Hub hub;
    hub.enter(ann, "/chat").join(ann, "a");
    std::vector<std::string> left;

    CHECK(hub.exit(ann, "/chat", left));
    CHECK(left == std::vector<std::string>{"a"});
    CHECK(hub.find("/chat") == nullptr);
    CHECK(hub.size() == 0);
    CHECK(hub.rooms() == 0);
}

TEST_CASE("who is in another namespace is not moved out of this one") {
    rooms::Hub hub;
    hub.enter(ann, "/");
    hub.enter(bob, "/chat");
    std::vector<std::string> left;

    CHECK_FALSE(hub.exit(ann, "/chat", left));
    CHECK_FALSE(hub.exit(ann, "/nowhere", left));
    CHECK(hub.find("/")->has(ann));
}

TEST_CASE("who watches is told of first and last members only, in order") {
    struct Told final : rooms::Watcher {
        void occupied(std::string_view nsp, std::string_view room) override {
            all.append("+").append(nsp).append(room).append(" ");
        }
        void vacated(std::string_view nsp, std::string_view room) noexcept override {
            all.append("-").append(nsp).append(room).append(" ");
        }
        std::string all;
    } told;
    rooms::Hub hub;
    rooms::Space &space = hub.enter(ann, "/");
    space.join(ann, "before");
    hub.watch(&told);
    hub.enter(bob, "/");
    space.join(ann, "a");
    space.join(ann, "a");
    space.join(bob, "a");
    space.leave(ann, "a");
    space.leave(ann, "a");
    space.leave(ann, "none");
    CHECK(told.all == "+/a ");
    std::vector<std::string> left;
    hub.exit(bob, "/", left);
    hub.enter(bob, "/chat").join(bob, "a");
    CHECK(told.all == "+/a -/a +/chata ");
    hub.watch(nullptr);
    hub.exit(ann, "/", left);
    CHECK(told.all == "+/a -/a +/chata ");
}

TEST_CASE("rooms are counted by kind, and again when there are other kinds") {
    rooms::Hub hub;
    const auto count = [&](std::string_view wanted) {
        std::size_t found = 0;
        hub.kinds().each([&](std::string_view kind, std::size_t rooms) {
            if (kind == wanted) found = rooms;
        });
        return found;
    };
    hub.count_kinds({"user", "library"});
    rooms::Space &space = hub.enter(ann, "/");
    for (const char *room : {"user:1", "user:1", "library:1", "library:2", "desk:1", "lobby"})
        space.join(ann, room);
    hub.enter(bob, "/chat").join(bob, "user:1");
    CHECK(count("user") == 2);
    CHECK(count("library") == 2);
    CHECK(hub.kinds().others() == 2);
    space.leave(ann, "library:1");
    CHECK(count("library") == 1);
    hub.count_kinds({"desk"});
    CHECK(count("desk") == 1);
    CHECK(hub.kinds().others() == 4);
    std::vector<std::string> left;
    hub.exit(ann, "/", left);
    hub.exit(bob, "/chat", left);
    CHECK(count("desk") + hub.kinds().others() == 0);
}
