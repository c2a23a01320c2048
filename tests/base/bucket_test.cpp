#include "base/bucket.hpp"
#include "support/hand_clock.hpp"

#include <doctest/doctest.h>

using namespace std::chrono_literals;
using roomd::base::Bucket;
using roomd::base::Rate;
using roomd::test::HandClock;

TEST_CASE("a bucket gives its burst at once and then no more") {
    HandClock clock;
    Bucket bucket;
    const Rate rate{10, 3};
    CHECK(bucket.take(rate, clock.now()));
    CHECK(bucket.take(rate, clock.now()));
    CHECK(bucket.take(rate, clock.now()));
    CHECK_FALSE(bucket.take(rate, clock.now()));
}

TEST_CASE("a bucket refills at its rate, and never above its burst") {
    HandClock clock;
    Bucket bucket;
    const Rate rate{10, 2};
    CHECK(bucket.take(rate, clock.now(), 2));
    clock.advance(99ms);
    CHECK_FALSE(bucket.take(rate, clock.now()));
    clock.advance(1ms);
    CHECK(bucket.take(rate, clock.now()));
    clock.advance(1h);
    CHECK(bucket.take(rate, clock.now(), 2));
    CHECK_FALSE(bucket.take(rate, clock.now()));
}

TEST_CASE("a refusal takes nothing out of a bucket") {
    HandClock clock;
    Bucket bucket;
    const Rate rate{1, 5};
    CHECK_FALSE(bucket.take(rate, clock.now(), 6));
    CHECK(bucket.take(rate, clock.now(), 5));
}

TEST_CASE("a bucket without a rate refuses nothing") {
    HandClock clock;
    Bucket bucket;
    for (int i = 0; i < 1000; ++i) {
        CHECK(bucket.take(Rate{}, clock.now(), 1000));
    }
}

TEST_CASE("time that seems to go back refills nothing") {
    HandClock clock;
    Bucket bucket;
    const Rate rate{10, 1};
    CHECK(bucket.take(rate, clock.now()));
    CHECK_FALSE(bucket.take(rate, clock.now() - 1h));
    CHECK_FALSE(bucket.take(rate, clock.now()));
}

TEST_CASE("a bucket holds to the rate that is said, also when that has changed") {
    HandClock clock;
    Bucket bucket;
    CHECK(bucket.take(Rate{1, 10}, clock.now(), 10)); // full again in 10 s
    CHECK_FALSE(bucket.take(Rate{100, 200}, clock.now(), 1));
    clock.advance(9s);
    CHECK(bucket.take(Rate{100, 200}, clock.now(), 100)); // of 2 s worth, 1 s is still owed
    CHECK_FALSE(bucket.take(Rate{100, 200}, clock.now(), 1));
}

TEST_CASE("rates of many thousands a second are exact too") {
    HandClock clock;
    Bucket bucket;
    const Rate rate{50000, 100};
    for (int i = 0; i < 100; ++i)
        REQUIRE(bucket.take(rate, clock.now()));
    CHECK_FALSE(bucket.take(rate, clock.now()));
    clock.advance(1ms);
    for (int i = 0; i < 50; ++i)
        REQUIRE(bucket.take(rate, clock.now()));
    CHECK_FALSE(bucket.take(rate, clock.now()));
}

TEST_CASE("more than the burst passes together when the bucket is full, and is paid off") {
    HandClock clock;
    Bucket bucket;
    const Rate rate{10, 20};
    CHECK(bucket.take_together(rate, clock.now(), 50)); // 5 s worth
    CHECK_FALSE(bucket.take_together(rate, clock.now(), 1));
    CHECK(bucket.wait(rate, clock.now()) == 3100ms);
    clock.advance(3s);
    CHECK_FALSE(bucket.take(rate, clock.now()));
    clock.advance(100ms);
    CHECK(bucket.wait(rate, clock.now()) == 0ms);
    CHECK(bucket.take(rate, clock.now()));
    CHECK_FALSE(bucket.take_together(rate, clock.now(), 50)); // it is not full
    clock.advance(2s);
    CHECK(bucket.take_together(rate, clock.now(), 50));
    CHECK(Bucket{}.wait(Rate{}, clock.now()) == 0ms);
}
