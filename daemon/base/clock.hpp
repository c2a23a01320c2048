#pragma once

#include <chrono>
#include <cstdint>

namespace roomd::base {

using Duration = std::chrono::milliseconds;
using Time = std::chrono::time_point<std::chrono::steady_clock, Duration>; // monotonic

// The time, for code that must not ask the system: the loop caches it once per iteration, tests
// set it by hand.
class Clock {
public:
    virtual Time now() const noexcept = 0;

protected:
    ~Clock() = default;
};

// Milliseconds since 1970, UTC.  For `exp`, log lines and answers; never for a timer.
std::int64_t unix_ms() noexcept;

} // namespace roomd::base
