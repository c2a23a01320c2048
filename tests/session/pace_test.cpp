#include "session/pace.hpp"

#include "support/hand_clock.hpp"

#include <doctest/doctest.h>

using namespace roomd;
using namespace std::chrono_literals;

TEST_CASE("a second's worth passes at once, what is beyond it has to wait, up to a bound") {
    test::HandClock clock;
    session::Pace pace;
    const auto take = [&](unsigned count) { return pace.take(count, 100, 10s, clock.now()); };
    CHECK(take(100) == 0ms);
    CHECK(take(50) == 500ms);
    clock.advance(500ms);
    CHECK(take(0) == 0ms);
    CHECK(take(100'000) == 10s);
    clock.advance(10s);
    CHECK(take(10) == 100ms); // the rest is not owed
}

TEST_CASE("a client that keeps to the rate never waits, however long it goes on") {
    test::HandClock clock;
    session::Pace pace;
    for (int i = 0; i < 1000; ++i) {
        CHECK(pace.take(10, 10, 10s, clock.now()) == 0ms);
        clock.advance(1s);
    }
    clock.advance(std::chrono::hours(24 * 20));
    CHECK(pace.take(10, 10, 10s, clock.now()) == 0ms);
}
