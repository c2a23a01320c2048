#pragma once

#include "loop/wakeup.hpp"

#include <atomic>
#include <functional>
#include <thread>

namespace roomd::loop {

class Loop;

// Runs one task at a time on a thread of its own, while the loop goes on.
class Worker {
public:
    explicit Worker(Loop &);
    ~Worker(); // waits for the work; `then` is not called any more
    Worker(const Worker &) = delete;
    Worker &operator=(const Worker &) = delete;

    // Runs `work` on a thread that takes no signals, then `then` on the loop's.  Not while one
    // is_at_work().  What both use must not be touched in between, and must outlive the worker.
    void run(std::function<void()> work, std::function<void()> then);
    // True until `then` is called, false inside it.
    bool is_at_work() const noexcept { return thread_.joinable(); }

private:
    void finish();

    std::function<void()> then_;
    std::atomic<bool> done_{false};
    Wakeup wakeup_;
    std::thread thread_;
};

} // namespace roomd::loop
