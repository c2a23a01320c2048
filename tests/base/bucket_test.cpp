#include "base/bucket.hpp"
#include "support/hand_clock.hpp"

#include <doctest/doctest.h>

using namespace std::chrono_literals;
using roomd::base::Bucket;
using roomd::test::HandClock;

TEST_CASE("a bucket gives its burst at once and then no more") {
    HandClock clock;
    Bucket bucket(10, 3, clock.now());
    CHECK(bucket.take(clock.now()));
    CHECK(bucket.take(clock.now()));
    CHECK(bucket.take(clock.now()));
    CHECK_FALSE(bucket.take(clock.now()));
}

TEST_CASE("a bucket refills at its rate, and never above its burst") {
    HandClock clock;
    Bucket bucket(10, 2, clock.now());
    CHECK(bucket.take(clock.now(), 2));
    clock.advance(99ms);
    CHECK_FALSE(bucket.take(clock.now()));
    clock.advance(1ms);
    CHECK(bucket.take(clock.now()));
    clock.advance(1h);
    CHECK(bucket.take(clock.now(), 2));
    CHECK_FALSE(bucket.take(clock.now()));
}

TEST_CASE("a refusal takes nothing out of a bucket") {
    HandClock clock;
    Bucket bucket(1, 5, clock.now());
    CHECK_FALSE(bucket.take(clock.now(), 6));
    CHECK(bucket.take(clock.now(), 5));
}

TEST_CASE("a bucket without a rate refuses nothing") {
    HandClock clock;
    Bucket none;
    Bucket zero(0, 0, clock.now());
    for (int i = 0; i < 1000; ++i) {
        CHECK(none.take(clock.now(), 1000));
        CHECK(zero.take(clock.now(), 1000));
    }
}

TEST_CASE("time that seems to go back refills nothing") {
    HandClock clock;
    Bucket bucket(10, 1, clock.now());
    CHECK(bucket.take(clock.now()));
    CHECK_FALSE(bucket.take(clock.now() - 1h));
    CHECK_FALSE(bucket.take(clock.now()));
}
