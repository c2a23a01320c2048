#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <random>

namespace roomd::webhook {

// How long to wait before the next try: twice as long each time up to the most, and at random
// between half of that and all of it, so that daemons that lost one backend do not come back as
// one.
class Backoff {
public:
    using Duration = std::chrono::milliseconds;

    Backoff(Duration least, Duration most, std::uint32_t seed) :
        least_(least),
        most_(most),
        random_(seed) {}

    Duration next() {
        const auto whole = std::min(most_, least_ * (1u << std::min(tries_, 16u)));
        ++tries_;
        return Duration(std::uniform_int_distribution<Duration::rep>(whole.count() / 2,
                                                                     whole.count())(random_));
    }
    void reset() noexcept { tries_ = 0; } // it works again
    void set_most(Duration most) noexcept { most_ = most; }

private:
    Duration least_, most_;
    std::minstd_rand random_;
    unsigned tries_ = 0;
};

} // namespace roomd::webhook
