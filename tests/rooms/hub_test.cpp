#include "rooms/hub.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>

using namespace roomd;

namespace {
constexpr base::ClientId ann{(1ull << 32) | 0};
constexpr base::ClientId bob{(1ull << 32) | 1};
} // namespace

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
