#pragma once

#include "loop/wakeup.hpp"

#include <atomic>
#include <functional>
#include <thread>

namespace roomd::loop {

class Loop;

// Does one thing at a time on a thread of its own, while the loop goes on.
class Worker {
public:
    explicit Worker(Loop &);
    ~Worker(); // waits for the work; `then` is not called any more
    Worker(const Worker &) = delete;
    Worker &operator=(const Worker &) = delete;

    // Runs `work` on a thread, which takes no signals, and then calls `then` on the loop's.  Not
    // while one is at work.  What both use is nobody else's in between, and outlives the worker.
    void run(std::function<void()> work, std::function<void()> then);
    // Until `then` is called; false in it.
    bool is_at_work() const noexcept { return thread_.joinable(); }

private:
    void finish();

    std::function<void()> then_;
    std::atomic<bool> done_{false};
    Wakeup wakeup_;
    std::thread thread_;
};

} // namespace roomd::loop
