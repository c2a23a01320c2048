#include "clients.hpp"
#include "rooms/places.hpp"
#include "rooms/space.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>

using namespace roomd;
using test::ann, test::bob;

TEST_CASE("marks hold for one round, also when the count of rounds begins again") {
    rooms::Places places{0xFFFFFFFEu};
    rooms::Space space{places};
    space.enter(ann);
    space.enter(bob);
    space.join(ann, "a");
    space.join(ann, "b");
    space.join(bob, "b");
    const std::array<std::string_view, 2> both{"a", "b"};

    for (int round = 0; round < 5; ++round) {
        CAPTURE(round);
        CHECK(space.select({.rooms = both}).size() == 2);
    }
}

TEST_CASE("a place is found by the id that was added, not by another of the same index") {
    rooms::Places places;
    rooms::Space space{places};
    space.enter(ann);

    CHECK(places.find(ann) != nullptr);
    CHECK(places.find(base::ClientId{(2ull << 32) | 0}) == nullptr);
    CHECK(places.find(bob) == nullptr);
    CHECK(places.find(base::ClientId::none) == nullptr);
}

TEST_CASE("ten memberships of each of ten thousand clients take at most 36 bytes apiece") {
    rooms::Places places;
    rooms::Space space{places};
    constexpr std::uint32_t clients = 10000, each = 10;
    auto held = [&] { return places.bytes() + space.bytes(); };
    for (std::uint32_t i = 0; i < clients; ++i)
        space.enter(base::ClientId{(1ull << 32) | i});
    const std::size_t before = held();
    for (std::uint32_t i = 0; i < clients; ++i)
        for (std::uint32_t room = 0; room < each; ++room)
            space.join(base::ClientId{(1ull << 32) | i}, "library:" + std::to_string(room));

    CHECK((held() - before) / (clients * each) <= 36);
    CHECK(before / clients <= 96);
}

TEST_CASE("memberships that end are used again") {
    rooms::Places places;
    rooms::Space space{places};
    space.enter(ann);
    for (int i = 0; i < 10; ++i)
        space.join(ann, "r" + std::to_string(i));
    const std::size_t before = places.bytes() + space.bytes();

    for (int turn = 0; turn < 1000; ++turn) {
        const std::string name = "t" + std::to_string(turn);
        space.join(ann, name);
        space.leave(ann, name);
    }
    CHECK(places.bytes() + space.bytes() <= before + 1024);
}
