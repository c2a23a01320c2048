#include "fetch/schedule.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace roomd;
using fetch::Schedule;
using namespace std::chrono_literals;

namespace {
constexpr base::Time start{1000s};
} // namespace

TEST_CASE("a document is fetched at once, and again shortly before it is too old") {
    Schedule schedule(start);
    CHECK(schedule.next() == start);
    schedule.begins(start);
    schedule.succeeded(start, 1h, 0);
    CHECK(schedule.next() == start + 1h);
    schedule.succeeded(start, 1h, 1);
    CHECK(schedule.next() == start + 54min);
}

TEST_CASE("pauses after failures double up to five minutes, and a success ends them") {
    Schedule schedule(start);
    for (const auto pause : {5s, 10s, 20s, 40s, 80s, 160s, 300s, 300s, 300s}) {
        schedule.failed(start, 1);
        CHECK(schedule.next() == start + pause);
    }
    CHECK(schedule.failures() == 9);
    schedule.failed(start, 0); // half of it: the dice keep daemons apart
    CHECK(schedule.next() == start + 150s);
    for (int i = 0; i < 100; ++i)
        schedule.failed(start, 1);
    CHECK(schedule.next() == start + 300s);
    schedule.succeeded(start, 1h, 0);
    CHECK(schedule.failures() == 0);
    schedule.failed(start, 1);
    CHECK(schedule.next() == start + 5s);
}

TEST_CASE("who asks gets a fetch at once, but no more than one a minute") {
    Schedule schedule(start);
    schedule.begins(start);
    schedule.succeeded(start, 1h, 0);
    schedule.ask(start + 5s);
    CHECK(schedule.next() == start + 60s);
    schedule.ask(start + 30s);
    CHECK(schedule.next() == start + 60s);

    schedule.begins(start + 60s);
    schedule.succeeded(start + 61s, 1h, 0);
    schedule.ask(start + 10min);
    CHECK(schedule.next() == start + 10min);
}

TEST_CASE("asking never puts a fetch off, nor hurries the pause after a failure below a minute") {
    Schedule schedule(start);
    schedule.begins(start);
    schedule.failed(start, 1);
    schedule.ask(start + 1s);
    CHECK(schedule.next() == start + 5s);
    for (int i = 0; i < 9; ++i)
        schedule.failed(start, 1);
    schedule.ask(start + 1s);
    CHECK(schedule.next() == start + 60s);
}
