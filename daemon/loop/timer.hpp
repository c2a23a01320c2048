#pragma once

#include "base/clock.hpp"

#include <functional>

namespace roomd::loop {

class Loop;

// Calls `fn` on the loop's thread.  Not movable: libuv keeps the address.  `fn` may destroy the
// timer.
class Timer {
public:
    Timer(Loop &, std::function<void()> fn);
    ~Timer(); // cancels; `fn` is never called again
    Timer(const Timer &) = delete;
    Timer &operator=(const Timer &) = delete;

    void after(base::Duration delay);
    void every(base::Duration period);                       // first after one period
    void start(base::Duration delay, base::Duration period); // period 0: once
    void cancel() noexcept;

private:
    struct Handle; // owns the uv_timer_t until uv_close() is done with it
    Handle *handle_;
};

} // namespace roomd::loop
