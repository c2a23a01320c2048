#include "fixture.hpp"
#include "loop/timer.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <thread>

using namespace roomd;
using test::emit_all_of;
using test::Shard;
using test::str;

TEST_CASE_FIXTURE(Shard, "what four threads emit arrives whole, each thread's in its order") {
    puppet &p = play(200000);
    constexpr int threads = 4, each = 500;
    std::vector<int> next(threads, 0);
    struct One {
        std::vector<int> *next;
        int thread, number;
        bool ordered;
    };
    static std::atomic<int> told;
    told = 0;
    std::atomic<int> again{0};
    std::vector<std::vector<One>> users(threads);
    std::vector<std::thread> running;
    for (int t = 0; t < threads; ++t) {
        for (int i = 0; i < each; ++i)
            users[std::size_t(t)].push_back({&next, t, i, false});
    }
    for (int t = 0; t < threads; ++t) {
        running.emplace_back([&, t] {
            for (int i = 0; i < each; ++i) {
                const roomd_emit emit = emit_all_of("n");
                One &one = users[std::size_t(t)][std::size_t(i)];
                const auto fn = [](void *user, roomd_status, const roomd_emitted *) {
                    One &mine = *static_cast<One *>(user);
                    mine.ordered = (*mine.next)[std::size_t(mine.thread)]++ == mine.number;
                    ++told;
                };
                roomd_handle handle = 0;
                while (p.host->emit(p.self, &emit, fn, &one) == ROOMD_AGAIN) {
                    ++again;
                    std::this_thread::yield();
                }
                if (i == 0 && p.host->timer(
                                  p.self, 1, 0, [](void *) {}, nullptr, &handle) != ROOMD_INVALID) {
                    ++told; // [home] from a thread must be refused: spoils the count
                }
            }
        });
    }
    CHECK(turn_until([&] { return told >= threads * each; }));
    for (std::thread &thread : running)
        thread.join();
    CHECK(told == threads * each);
    for (const auto &list : users) {
        for (const One &one : list)
            CHECK(one.ordered);
    }
}

TEST_CASE_FIXTURE(Shard,
                  "emits, posts and answers of one thread keep their order among each other") {
    puppet &p = play();
    static std::string log;
    static std::atomic<bool> done;
    log.clear();
    done = false;
    std::thread other([&] {
        const roomd_emit emit = emit_all_of("n");
        const auto told = [](void *, roomd_status, const roomd_emitted *) { log += "e"; };
        for (int i = 0; i < 3; ++i) {
            p.host->emit(p.self, &emit, told, nullptr);
            p.host->post(
                p.self, [](void *) { log += "p"; }, nullptr);
        }
        p.host->post(
            p.self, [](void *) { done = true; }, nullptr);
    });
    CHECK(turn_until([&] { return done.load(); }));
    other.join();
    CHECK(log == "epepep");
}

TEST_CASE("a thread a plugin forgot is refused after stop, also when the host is gone") {
    const auto refusals = test::symbol<int (*)()>("emits_after_stop", "emits_after_stop_refusals");
    {
        Shard shard;
        shard.run({Shard::entry("emits_after_stop")});
        for (int i = 0; i < 200; ++i)
            shard.loop.run_once_nowait();
        CHECK(refusals() == 0);
        shard.registry->stop();
    }
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(2);
    const int before = refusals();
    while (refusals() < before + 5 && std::chrono::steady_clock::now() < end) {
        std::this_thread::yield();
    }
    CHECK(refusals() >= before + 5);
    test::symbol<void (*)()>("emits_after_stop", "emits_after_stop_finish")();
}

TEST_CASE_FIXTURE(Shard, "a plugin whose every callback posts again does not keep the loop") {
    static puppet *p;
    static int ran;
    p = &play();
    ran = 0;
    static void (*again)(void *) = nullptr;
    again = [](void *) {
        ++ran;
        p->host->post(p->self, again, nullptr);
    };
    p->host->post(p->self, again, nullptr);
    registry->drain();
    CHECK(ran >= 1);
    CHECK(ran <= 16);
    // Nor is it forgotten when the loop goes to sleep.
    loop::Timer end(loop, [this] { loop.stop(); });
    end.after(base::Duration(50));
    loop.run();
    CHECK(ran > 100);
}
