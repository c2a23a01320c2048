#include "loop/worker.hpp"

#include "loop/loop.hpp"

#include <csignal>
#include <future>
#include <thread>
#include <unistd.h>

#include <doctest/doctest.h>

using namespace roomd;
using loop::Loop;
using loop::Worker;

TEST_CASE("work runs on a thread of its own, and what comes then on the loop's") {
    Loop loop;
    Worker worker(loop);
    bool elsewhere = false, here = false, busy = true;
    worker.run([&] { elsewhere = !loop.on_this_thread(); },
               [&] {
                   here = loop.on_this_thread();
                   busy = worker.is_at_work();
                   loop.stop();
               });
    CHECK(worker.is_at_work());
    loop.run();
    CHECK(elsewhere);
    CHECK(here);
    CHECK_FALSE(busy);
}

TEST_CASE("the loop goes on while somebody works") {
    Loop loop;
    Worker worker(loop);
    std::promise<void> enough;
    int turns = 0;
    loop::Wakeup turn(loop, [&] {
        if (++turns == 3) enough.set_value();
        if (turns < 3) turn.wake();
    });
    bool done = false;
    worker.run(
        [&] {
            turn.wake();
            enough.get_future().wait();
        },
        [&] {
            done = true;
            loop.stop();
        });
    loop.run();
    CHECK(turns == 3);
    CHECK(done);
}

TEST_CASE("the next work may begin when the one before has come to its end") {
    Loop loop;
    Worker worker(loop);
    int worked = 0;
    std::function<void()> again = [&] {
        if (worked == 5) return loop.stop();
        worker.run([&] { ++worked; }, again);
    };
    again();
    loop.run();
    CHECK(worked == 5);
}

TEST_CASE("who ends the worker waits for the work, and nothing comes then") {
    Loop loop;
    bool worked = false, then = false;
    {
        Worker worker(loop);
        worker.run([&] { worked = true; }, [&] { then = true; });
    }
    CHECK(worked);
    loop.run_once_nowait();
    CHECK_FALSE(then);
}

TEST_CASE("work takes no signal") {
    Loop loop;
    Worker worker(loop);
    bool blocked = false;
    worker.run(
        [&] {
            sigset_t mask;
            pthread_sigmask(SIG_SETMASK, nullptr, &mask);
            blocked = sigismember(&mask, SIGTERM) == 1 && sigismember(&mask, SIGHUP) == 1;
        },
        [&] { loop.stop(); });
    loop.run();
    CHECK(blocked);
    sigset_t mine;
    pthread_sigmask(SIG_SETMASK, nullptr, &mine);
    CHECK(sigismember(&mine, SIGTERM) == 0);
}
