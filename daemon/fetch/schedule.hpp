#pragma once

#include "base/clock.hpp"

#include <cstdint>
#include <optional>

namespace roomd::fetch {

// When a document is fetched next: again before it is too old, after failures ever later, out of
// turn when somebody asks.  Pure: the caller has the clock, and `dice`, a random number from 0 to 1
// that keeps many daemons from asking in the same second.
class Schedule {
public:
    static constexpr base::Duration first_pause{5000}; // after a failure, doubled at each
    static constexpr base::Duration longest_pause{5 * 60 * 1000};
    static constexpr base::Duration between_asked{60 * 1000};

    explicit Schedule(base::Time now) : next_(now) {} // at once

    base::Time next() const noexcept { return next_; }
    void begins(base::Time now) noexcept { began_ = now; }
    // It is good for `fresh` from now on.
    void succeeded(base::Time now, base::Duration fresh, double dice) noexcept;
    void failed(base::Time now, double dice) noexcept;
    // Sooner, because it may have changed; at the earliest a minute after the last time it began.
    void ask(base::Time now) noexcept;
    void at_once(base::Time now) noexcept { next_ = now; } // other settings

    unsigned failures() const noexcept { return failures_; } // since the last success

private:
    std::optional<base::Time> began_;
    base::Time next_;
    unsigned failures_ = 0;
};

} // namespace roomd::fetch
