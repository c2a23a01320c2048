#include "start.hpp"
#include "webhook/lanes.hpp"

#include <doctest/doctest.h>

using namespace roomd::webhook;
using roomd::test::start;
using Numbers = std::vector<std::uint64_t>;

namespace {

constexpr roomd_client ann = 1, bob = 2, eve = 3;

Numbers begun(Lanes &lanes) {
    Numbers out;
    while (const auto number = lanes.next())
        out.push_back(*number);
    return out;
}

} // namespace

TEST_CASE("questions of one client go one after the other, those of others meanwhile") {
    Lanes lanes({10, 10, 10});
    CHECK(lanes.add(1, ann, start, 1));
    CHECK(lanes.add(2, ann, start, 1));
    CHECK(lanes.add(3, bob, start, 1));
    CHECK(begun(lanes) == Numbers{1, 3});
    lanes.ended(3);
    CHECK(begun(lanes).empty());
    lanes.ended(1);
    CHECK(begun(lanes) == Numbers{2});
    lanes.ended(2);
    CHECK(lanes.size() == 0);
    CHECK_FALSE(lanes.next_deadline());
}

TEST_CASE("so many are under way at a time, and clients take turns") {
    Lanes lanes({1, 10, 10});
    lanes.add(1, ann, start, 1);
    lanes.add(2, ann, start, 1);
    lanes.add(3, bob, start, 1);
    Numbers order;
    for (int i = 0; i < 3; ++i) {
        const Numbers one = begun(lanes);
        REQUIRE(one.size() == 1);
        order.push_back(one.front());
        lanes.ended(one.front());
    }
    CHECK(order == Numbers{1, 3, 2});
}

TEST_CASE("what finds no room is refused: of one client, and of all") {
    Lanes lanes({1, 3, 2});
    CHECK(lanes.add(1, ann, start, 1));
    CHECK(lanes.add(2, ann, start, 1));
    CHECK_FALSE(lanes.add(3, ann, start, 1));
    CHECK(lanes.add(4, bob, start, 1));
    CHECK_FALSE(lanes.add(5, eve, start, 1));
    CHECK(lanes.next() == 1u); // does not wait any more
    CHECK(lanes.add(6, eve, start, 1));
    CHECK_FALSE(lanes.add(7, ann, start, 1)); // under way counts for its client
}

TEST_CASE("a deadline ends a question that waits and one that is under way") {
    Lanes lanes({1, 10, 10});
    lanes.add(1, ann, start + Milliseconds(10), 1);
    lanes.add(2, ann, start + Milliseconds(20), 1);
    lanes.add(3, ann, start + Milliseconds(30), 1);
    CHECK(begun(lanes) == Numbers{1});
    CHECK(lanes.expired(start + Milliseconds(9)).empty());
    CHECK(lanes.expired(start + Milliseconds(20)) == Numbers{1, 2});
    CHECK(begun(lanes) == Numbers{3});
    lanes.ended(1); // long ended
    CHECK(*lanes.next_deadline() == start + Milliseconds(30));
    CHECK(lanes.expired(start + Milliseconds(30)) == Numbers{3});
    lanes.add(4, ann, start + Milliseconds(40), 1);
    CHECK(begun(lanes) == Numbers{4});
}

TEST_CASE("over their bound in bytes questions are refused, until others have ended") {
    Lanes lanes({10, 10, 10, 100});
    CHECK(lanes.add(1, ann, start, 60));
    CHECK_FALSE(lanes.add(2, bob, start, 41));
    CHECK(lanes.add(3, bob, start, 40));
    CHECK(begun(lanes) == Numbers{1, 3});
    CHECK_FALSE(lanes.add(4, eve, start, 1)); // what is under way counts
    lanes.ended(3);
    CHECK(lanes.add(5, eve, start, 40));
    CHECK(lanes.expired(start) == Numbers{1, 5});
    CHECK(lanes.add(6, eve, start, 100));
}
