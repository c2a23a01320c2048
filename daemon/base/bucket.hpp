#pragma once

#include "base/clock.hpp"

namespace roomd::base {

// A token bucket: `rate` per second, at most `burst` at once.  A rate of 0 means no limit.
class Bucket {
public:
    Bucket() = default;
    Bucket(double rate, double burst, Time now) noexcept :
        rate_(rate),
        burst_(burst),
        tokens_(burst),
        last_(now) {}

    bool take(Time now, double count = 1) noexcept {
        if (rate_ <= 0) return true;
        const double seconds = std::chrono::duration<double>(now - last_).count();
        if (seconds > 0) {
            tokens_ = tokens_ + seconds * rate_ < burst_ ? tokens_ + seconds * rate_ : burst_;
            last_ = now;
        }
        if (tokens_ < count) return false;
        tokens_ -= count;
        return true;
    }

private:
    double rate_ = 0;
    double burst_ = 0;
    double tokens_ = 0;
    Time last_{};
};

} // namespace roomd::base
