#include "session/acks.hpp"

#include <doctest/doctest.h>

using namespace roomd;
using namespace std::chrono_literals;
using base::ClientId;

namespace {
constexpr ClientId ann{1}, bob{2};
constexpr base::Time now{base::Duration{1000}};
} // namespace

TEST_CASE("an ack completes only the ask of the client it was sent to, once") {
    session::Acks acks;
    acks.add(ann, 5, 100, now + 1s);
    CHECK(!acks.take(bob, 5));
    CHECK(!acks.take(ann, 6));
    CHECK(acks.take(ann, 5) == 100);
    CHECK(!acks.take(ann, 5));
    CHECK(acks.take_due(now + 2s).empty());
}

TEST_CASE("asks expire in the order of their deadlines") {
    session::Acks acks;
    acks.add(ann, 1, 100, now + 3s);
    acks.add(bob, 1, 101, now + 1s);
    acks.add(ann, 2, 102, now + 2s);
    const auto due = acks.take_due(now + 2s);
    REQUIRE(due.size() == 2);
    CHECK(due[0].token == 101);
    CHECK(due[1].token == 102);
    CHECK(acks.size() == 1);
}

TEST_CASE("what a client owes is forgotten with it, and nobody else's") {
    session::Acks acks;
    acks.add(ann, 1, 100, now + 1s);
    acks.add(bob, 1, 101, now + 1s);
    acks.add(ann, 9, 102, now + 1s);
    CHECK(acks.take_all(ann) == std::vector<std::uint64_t>{100, 102});
    CHECK(acks.take_due(now + 5s).size() == 1);
}

TEST_CASE("the table of asks is bounded") {
    session::Acks acks;
    for (std::uint64_t i = 0; i < session::Acks::most; ++i)
        REQUIRE(acks.add(ann, i, i, now));
    CHECK(!acks.add(ann, session::Acks::most, 0, now));
}
