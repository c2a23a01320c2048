#include "loop/inbox.hpp"

#include "loop/loop.hpp"
#include "loop/timer.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <thread>
#include <utility>
#include <vector>

using namespace roomd;
using loop::Inbox;
using loop::Loop;

TEST_CASE("what several threads put in arrives whole, each thread's in its order") {
    Loop loop;
    constexpr int threads = 4, each = 5000;
    std::vector<int> next(threads, 0);
    int total = 0;
    bool in_order = true;
    using Command = std::unique_ptr<std::pair<int, int>>; // move-only, as commands may be
    Inbox<Command> inbox(loop, [&](std::vector<Command> &&batch) {
        for (const Command &command : batch) {
            in_order =
                in_order && next[static_cast<std::size_t>(command->first)]++ == command->second;
            if (++total == threads * each) loop.stop();
        }
    });
    std::vector<std::thread> writers;
    for (int t = 0; t < threads; ++t)
        writers.emplace_back([&inbox, t] {
            for (int i = 0; i < each; ++i)
                inbox.put(std::make_unique<std::pair<int, int>>(t, i));
        });
    loop.run();
    for (std::thread &writer : writers)
        writer.join();
    CHECK(total == threads * each);
    CHECK(in_order);
}

TEST_CASE("what is put in while a batch is taken comes with the next one") {
    Loop loop;
    std::vector<std::vector<int>> batches;
    Inbox<int> *self = nullptr;
    Inbox<int> inbox(loop, [&](std::vector<int> &&batch) {
        batches.push_back(batch);
        if (batches.size() == 1) self->put(3);
        if (batches.size() == 2) loop.stop();
    });
    self = &inbox;
    inbox.put(1);
    inbox.put(2);
    loop.run();
    CHECK(batches == std::vector<std::vector<int>>{{1, 2}, {3}});
}

TEST_CASE("drain() hands over at once what waits") {
    Loop loop;
    int taken = 0;
    Inbox<int> inbox(loop,
                     [&](std::vector<int> &&batch) { taken += static_cast<int>(batch.size()); });
    inbox.put(1);
    inbox.put(2);
    inbox.drain();
    CHECK(taken == 2);
    inbox.drain();
    CHECK(taken == 2);
}

TEST_CASE("a wake-up from another thread runs on the loop's") {
    Loop loop;
    bool there = false;
    loop::Wakeup wakeup(loop, [&] {
        there = loop.on_this_thread();
        loop.stop();
    });
    std::thread other([&] { wakeup.wake(); });
    loop.run();
    other.join();
    CHECK(there);
}
