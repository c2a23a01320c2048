#pragma once

#include "loop/timer.hpp"

#include <chrono>
#include <cstdint>
#include <optional>

namespace roomd::app {

// How late the loop was: the most that a timer was late since somebody asked last.  It measures
// only while it is asked about every few seconds, so that an idle daemon is not woken for it.
class Lag {
public:
    explicit Lag(loop::Loop &);

    // In microseconds.  Nothing when it was not measuring: it begins now.
    std::optional<std::uint64_t> most();

private:
    using Clock = std::chrono::steady_clock;
    void tick();

    Clock::time_point due_{}, asked_{};
    Clock::duration most_{};
    bool measuring_ = false;
    loop::Timer timer_;
};

} // namespace roomd::app
