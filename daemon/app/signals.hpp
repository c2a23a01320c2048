#pragma once

#include <functional>
#include <memory>

namespace roomd::loop {
class Loop;
}

namespace roomd::app {

// Calls `stop` for SIGTERM and SIGINT, `reload` for SIGHUP, on the loop's thread.  SIGPIPE is
// ignored: a broken peer is an error of write(2), not the end of the process.
class Signals {
public:
    Signals(loop::Loop &, std::function<void()> stop, std::function<void()> reload);
    ~Signals();
    Signals(const Signals &) = delete;
    Signals &operator=(const Signals &) = delete;

private:
    struct State;
    State *state_; // freed when libuv has closed its handles
};

} // namespace roomd::app
