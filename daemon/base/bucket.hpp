#pragma once

#include "base/clock.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace roomd::base {

// `per_second` on average, at most `burst` at once.  A rate of 0 means no limit.
struct Rate {
    double per_second = 0;
    double burst = 0;
};

// A token bucket, full at first.  It is one number, the time when it will be full again, so that
// thousands of them cost little; the rate is given to each take(), and may change in between.
class Bucket {
public:
    bool take(const Rate &rate, Time now, double count = 1) noexcept {
        if (rate.per_second <= 0) return true;
        const std::int64_t at = std::chrono::nanoseconds(now.time_since_epoch()).count();
        const std::int64_t full = std::max(full_, at) + nanoseconds(rate, count);
        if (full - at > nanoseconds(rate, rate.burst)) return false;
        full_ = full;
        return true;
    }
    // All of `count`, or none.  A count above the burst passes when the bucket is full: it is empty
    // for the longer afterwards.
    bool take_together(const Rate &rate, Time now, double count) noexcept {
        if (rate.per_second <= 0) return true;
        if (!take(rate, now, std::min(count, rate.burst))) return false;
        full_ += nanoseconds(rate, std::max(count - rate.burst, 0.0));
        return true;
    }
    // How long until one may be taken; 0: now.
    Duration wait(const Rate &rate, Time now) const noexcept {
        if (rate.per_second <= 0) return {};
        const std::int64_t at = std::chrono::nanoseconds(now.time_since_epoch()).count();
        const std::int64_t over =
            std::max(full_, at) + nanoseconds(rate, 1) - at - nanoseconds(rate, rate.burst);
        if (over <= 0) return {};
        return std::chrono::ceil<Duration>(std::chrono::nanoseconds(over));
    }

private:
    static std::int64_t nanoseconds(const Rate &rate, double count) noexcept {
        constexpr double most = 1e18; // 30 years
        return static_cast<std::int64_t>(std::min(most, count / rate.per_second * 1e9));
    }
    std::int64_t full_ = 0; // nanoseconds of the monotonic clock
};

} // namespace roomd::base
