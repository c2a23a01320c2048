#include "app/spread.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>

using namespace roomd;
using namespace std::chrono_literals;

namespace {

constexpr base::Duration step{50};
const base::Time begin{base::Time::duration(12345)};

struct Outcome {
    std::map<std::int64_t, std::size_t> buckets; // by half seconds since the beginning
    base::Duration took{};
    std::size_t largest() const {
        std::size_t most = 0;
        for (const auto &[when, many] : buckets)
            most = std::max(most, many);
        return most;
    }
};

Outcome close(std::size_t left, base::Duration window, std::uint32_t seed) {
    Outcome out;
    app::Spread spread(begin, window, seed);
    for (base::Duration since{}; left > 0; since += step) {
        const std::size_t now = spread.due(left, begin + since);
        REQUIRE(now <= left);
        left -= now;
        out.buckets[since / 500ms] += now;
        out.took = since;
    }
    return out;
}

} // namespace

TEST_CASE("clients are closed evenly over the window, and all by its end") {
    for (std::uint32_t seed = 1; seed <= 50; ++seed) {
        CAPTURE(seed);
        const Outcome out = close(2000, 10s, seed);
        CHECK(out.largest() <= 200); // twice the mean of 20 buckets
        CHECK(out.buckets.size() >= 19);
        CHECK(out.took <= 10s);
        CHECK(out.took >= 9s);
        for (std::int64_t bucket = 0; bucket < 19; ++bucket)
            CHECK(out.buckets.at(bucket) >= 50);
    }
}

TEST_CASE("those that leave by themselves meanwhile do not make the others go earlier") {
    app::Spread spread(begin, 10s, 1);
    std::size_t left = 2000, closed_late = 0;
    for (base::Duration since{}; since <= 10s; since += step) {
        if (since == 1s) left = 200;
        const std::size_t now = spread.due(left, begin + since);
        left -= now;
        if (since > 5s) closed_late += now;
    }
    CHECK(left == 0);
    CHECK(closed_late > 70);
    CHECK(closed_late < 130);
}

TEST_CASE("two daemons do not close theirs in step") {
    app::Spread one(begin, 10s, 1), other(begin, 10s, 2);
    int differ = 0;
    for (base::Duration since = step; since <= 1s; since += step)
        differ += one.due(2000, begin + since) != other.due(2000, begin + since) ? 1 : 0;
    CHECK(differ >= 10);
}

TEST_CASE("a few clients do not hold a daemon up for the whole window") {
    base::Duration longest{};
    for (std::uint32_t seed = 1; seed <= 50; ++seed)
        longest = std::max(longest, close(3, 60s, seed).took);
    CHECK(longest <= 4s);
}

TEST_CASE("without a window all are closed at once") {
    CHECK(close(5000, 0s, 1).took == 0s);
}
