#include "loop/loop.hpp"

#include "loop/timer.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

using namespace roomd;
using base::Duration;
using loop::Loop;
using loop::Timer;

TEST_CASE("the hook runs last before the loop blocks, after timers of the same turn") {
    Loop loop;
    std::string order;
    Timer timer(loop, [&] { order += 't'; });
    loop.before_blocking([&] {
        order += 'h';
        if (order.find('t') != std::string::npos) loop.stop();
    });
    timer.after(Duration(0));
    loop.run();
    CHECK(order.back() == 'h');
    CHECK(order.find("th") != std::string::npos);
}

TEST_CASE("with poll_once_more the loop comes round without waiting") {
    Loop loop;
    int turns = 0;
    bool waited = false;
    Timer late(loop, [&] {
        waited = true;
        loop.stop();
    });
    late.after(Duration(5000));
    loop.before_blocking([&] {
        loop.poll_once_more(++turns < 10);
        if (turns == 10) loop.stop();
    });
    loop.run();
    CHECK(turns == 10);
    CHECK_FALSE(waited);
}

TEST_CASE("the time stands still during a turn and can be moved on") {
    Loop loop;
    const base::Time before = loop.now();
    std::this_thread::sleep_for(Duration(5));
    CHECK(loop.now() == before);
    loop.update_time();
    CHECK(loop.now() > before);
}

TEST_CASE("a timer fires once, or again and again until cancelled") {
    Loop loop;
    int once = 0, often = 0;
    Timer one(loop, [&] { ++once; });
    Timer every(loop, [&] {
        if (++often == 3) loop.stop();
    });
    one.after(Duration(1));
    every.every(Duration(2));
    loop.run();
    CHECK(once == 1);
    CHECK(often == 3);
    every.cancel();
    one.start(Duration(1), Duration(0));
    Timer end(loop, [&] { loop.stop(); });
    end.after(Duration(30));
    loop.run();
    CHECK(once == 2);
    CHECK(often == 3);
}

TEST_CASE("a timer may destroy itself, and a destroyed one never fires") {
    Loop loop;
    bool fired = false;
    auto suicidal = std::make_unique<Timer>(loop, std::function<void()>());
    suicidal = std::make_unique<Timer>(loop, [&] {
        suicidal.reset();
        fired = true;
    });
    suicidal->after(Duration(1));
    bool never = false;
    auto destroyed = std::make_unique<Timer>(loop, [&] { never = true; });
    destroyed->after(Duration(1));
    destroyed.reset();
    Timer end(loop, [&] { loop.stop(); });
    end.after(Duration(20));
    loop.run();
    CHECK(fired);
    CHECK_FALSE(never);
    CHECK_FALSE(suicidal);
}

TEST_CASE("a loop that was stopped before it ran ends clean") {
    Loop loop;
    Timer timer(loop, [] {});
    timer.every(Duration(1));
    loop.stop();
}

TEST_CASE("the loop knows its thread") {
    Loop loop;
    CHECK(loop.on_this_thread());
    bool there = true;
    std::thread([&] { there = loop.on_this_thread(); }).join();
    CHECK_FALSE(there);
}
