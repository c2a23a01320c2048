#include "loop/wakeup.hpp"

#include "loop/loop.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <thread>
#include <vector>

using namespace roomd;
using loop::Loop;
using loop::Wakeup;

TEST_CASE("a wake-up from another thread runs on the loop's") {
    Loop loop;
    bool there = false;
    Wakeup wakeup(loop, [&] {
        there = loop.on_this_thread();
        loop.stop();
    });
    std::thread other([&] { wakeup.wake(); });
    loop.run();
    other.join();
    CHECK(there);
}

TEST_CASE("what threads counted before they woke the loop is seen in the last run") {
    Loop loop;
    constexpr int threads = 4, each = 5000;
    std::atomic<int> counted{0};
    int runs = 0;
    Wakeup wakeup(loop, [&] {
        ++runs;
        if (counted.load() == threads * each) loop.stop();
    });
    std::vector<std::thread> others;
    for (int t = 0; t < threads; ++t)
        others.emplace_back([&] {
            for (int i = 0; i < each; ++i) {
                ++counted;
                wakeup.wake();
            }
        });
    loop.run();
    for (std::thread &other : others)
        other.join();
    CHECK(runs >= 1);
    CHECK(runs <= threads * each);
}

TEST_CASE("a wake-up made while its function runs leads to another run") {
    Loop loop;
    int runs = 0;
    Wakeup *self = nullptr;
    Wakeup wakeup(loop, [&] {
        if (++runs == 1) return self->wake();
        loop.stop();
    });
    self = &wakeup;
    wakeup.wake();
    loop.run();
    CHECK(runs == 2);
}
