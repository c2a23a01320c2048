#pragma once

#include <functional>

namespace roomd::loop {

class Loop;

// Calls `fn(readable, writable)` while a descriptor is ready.  The descriptor stays the caller's
// and may be closed only after the watch is destroyed.  `fn` may destroy the watch.
class Watch {
public:
    Watch(Loop &, int fd, std::function<void(bool readable, bool writable)> fn);
    ~Watch();
    Watch(const Watch &) = delete;
    Watch &operator=(const Watch &) = delete;

    void want(bool read, bool write); // both false: pause

private:
    struct Handle;
    Handle *handle_;
};

} // namespace roomd::loop
