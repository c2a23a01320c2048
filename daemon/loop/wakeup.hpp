#pragma once

#include <functional>

namespace roomd::loop {

class Loop;

// Wakes the loop from any thread: the only part of it that another thread may touch.  What the
// threads exchange stays with the caller, behind a mutex of its own.
class Wakeup {
public:
    Wakeup(Loop &, std::function<void()> fn); // `fn` runs on the loop's thread
    ~Wakeup();
    Wakeup(const Wakeup &) = delete;
    Wakeup &operator=(const Wakeup &) = delete;
    void wake() noexcept; // from any thread; several calls may lead to one run of `fn`

private:
    struct Handle;
    Handle *handle_;
};

} // namespace roomd::loop
