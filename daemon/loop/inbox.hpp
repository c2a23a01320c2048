#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace roomd::loop {

class Loop;

// Wakes the loop from any thread: the only thing of it that another thread may touch.
class Wakeup {
public:
    Wakeup(Loop &, std::function<void()> fn); // `fn` runs on the loop's thread
    ~Wakeup();
    Wakeup(const Wakeup &) = delete;
    Wakeup &operator=(const Wakeup &) = delete;
    void wake() noexcept; // any thread; several may become one call

private:
    struct Handle;
    Handle *handle_;
};

// The only door between threads: data, in order of arrival, handed over in batches.  The bound in
// bytes is kept by who puts in (a plugin's budget); `take` runs on the loop's thread.
template <class Command> class Inbox {
public:
    Inbox(Loop &loop, std::function<void(std::vector<Command> &&)> take) :
        take_(std::move(take)),
        wakeup_(loop, [this] { drain(); }) {}

    void put(Command command) { // any thread
        bool first;
        {
            const std::lock_guard lock(mutex_);
            first = waiting_.empty();
            waiting_.push_back(std::move(command));
        }
        if (first) wakeup_.wake();
    }

    void drain() { // loop's thread
        std::vector<Command> batch;
        {
            const std::lock_guard lock(mutex_);
            batch.swap(waiting_);
        }
        if (!batch.empty()) take_(std::move(batch));
    }

private:
    std::mutex mutex_;
    std::vector<Command> waiting_;
    std::function<void(std::vector<Command> &&)> take_;
    Wakeup wakeup_;
};

} // namespace roomd::loop
