#include "session/wheel.hpp"
#include "support/hand_clock.hpp"

#include <doctest/doctest.h>

#include <map>
#include <random>

using namespace roomd;
using namespace std::chrono_literals;
using base::SessionId;

namespace {

struct Turning {
    test::HandClock clock;
    session::Wheel wheel{10ms, clock.now()};
    std::vector<SessionId> pass(base::Duration time) {
        clock.advance(time);
        std::vector<SessionId> due;
        wheel.advance(clock.now(), due);
        return due;
    }
};

constexpr SessionId one{(1ull << 32) | 3}, other{(1ull << 32) | 4}, new_one{(2ull << 32) | 3};
using Ids = std::vector<SessionId>;

} // namespace

TEST_CASE("the wheel reminds once, not early, and at most one granularity late") {
    Turning t;
    t.wheel.arm(one, t.clock.now() + 25ms);
    CHECK(t.pass(24ms).empty());
    CHECK(t.pass(11ms) == Ids{one});
    CHECK(t.pass(10s).empty());
    CHECK(t.wheel.size() == 0);
}

TEST_CASE("of two reminders for one session the earlier holds") {
    Turning t;
    t.wheel.arm(one, t.clock.now() + 500ms);
    t.wheel.arm(one, t.clock.now() + 50ms);
    t.wheel.arm(one, t.clock.now() + 900ms);
    CHECK(t.wheel.size() == 1);
    CHECK(t.pass(60ms) == Ids{one});
    CHECK(t.pass(2s).empty());
}

TEST_CASE("a reminder more than one round away waits its rounds") {
    Turning t;
    t.wheel.arm(one, t.clock.now() + 12s); // a round is 5.12 s
    for (int i = 0; i < 11; ++i)
        CHECK(t.pass(1s).empty());
    CHECK(t.pass(1s + 10ms) == Ids{one});
}

TEST_CASE("a long pause reminds everyone who was due meanwhile") {
    Turning t;
    t.wheel.arm(one, t.clock.now() + 1s);
    t.wheel.arm(other, t.clock.now() + 70s);
    CHECK(t.pass(100s).size() == 2);
}

TEST_CASE("a disarmed session is not reminded, nor is the one that took its place") {
    Turning t;
    t.wheel.arm(one, t.clock.now() + 50ms);
    t.wheel.arm(other, t.clock.now() + 50ms);
    t.wheel.disarm(one);
    t.wheel.arm(new_one, t.clock.now() + 300ms);
    t.wheel.disarm(one); // stale: not new_one's
    CHECK(t.pass(60ms) == Ids{other});
    CHECK(t.pass(300ms) == Ids{new_one});
}

TEST_CASE("the wheel agrees with a sorted table over many random reminders") {
    Turning t;
    std::mt19937 random(7);
    std::map<SessionId, base::Time> model;
    for (int step = 0; step < 20000; ++step) {
        const SessionId id{(1ull << 32) | random() % 200};
        if (random() % 3 == 0) {
            t.wheel.disarm(id);
            model.erase(id);
        } else {
            const base::Time due = t.clock.now() + base::Duration(random() % 9000);
            t.wheel.arm(id, due);
            const auto [at, fresh] = model.emplace(id, due);
            if (!fresh) at->second = std::min(at->second, due);
        }
        for (const SessionId due : t.pass(base::Duration(random() % 30))) {
            REQUIRE(model.count(due) == 1);
            REQUIRE(model[due] <= t.clock.now());
            model.erase(due);
        }
        for (const auto &[left, due] : model)
            REQUIRE(due > t.clock.now() - 20ms);
    }
    CHECK(t.wheel.size() == model.size());
}
