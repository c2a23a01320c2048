#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <random>

namespace roomd::postgres {

// How long to wait before the next attempt: twice as long each time up to the most, and at random
// between half of that and all of it, so that daemons that lost one server do not come back as one.
class Backoff {
public:
    using Duration = std::chrono::milliseconds;

    Backoff(Duration least, Duration most, std::uint32_t seed) :
        least_(least),
        most_(most),
        random_(seed) {}

    Duration next() {
        const auto whole = std::min(most_, least_ * (1u << std::min(attempts_, 16u)));
        ++attempts_;
        return Duration(std::uniform_int_distribution<Duration::rep>(whole.count() / 2,
                                                                     whole.count())(random_));
    }
    // It works again.
    void reset() noexcept { attempts_ = 0; }

private:
    Duration least_, most_;
    std::minstd_rand random_;
    unsigned attempts_ = 0;
};

} // namespace roomd::postgres
