#pragma once

#include "base/clock.hpp"
#include "metrics/histogram.hpp"

#include <chrono>

namespace roomd::app {

// How late the loop comes to its periodic work, which it does anyway: it is not woken for this.
class LoopLag {
public:
    // Call it for each tick of a timer that repeats after `period`.
    void tick(base::Duration period) noexcept {
        const auto now = std::chrono::steady_clock::now();
        if (due_ != std::chrono::steady_clock::time_point{}) times_.observe(now - due_);
        due_ = now + period;
    }
    void restart() noexcept { due_ = {}; } // with another period
    const metrics::Latency &times() const noexcept { return times_; }

private:
    std::chrono::steady_clock::time_point due_{};
    metrics::Latency times_;
};

} // namespace roomd::app
