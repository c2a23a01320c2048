#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace roomd::metrics {

// Upper bounds of buckets, in microseconds.
inline constexpr std::array<std::uint32_t, 17> latency_bounds{
    100,    250,    500,    1000,    2500,    5000,    10000,    25000,   50000,
    100000, 250000, 500000, 1000000, 2500000, 5000000, 10000000, 30000000};
inline constexpr std::array<std::uint32_t, 6> call_bounds{10, 100, 1000, 10000, 100000, 1000000};

// How often something took how long: plain counters of one thread, in buckets whose bounds never
// change.
template <const auto &bounds> class Histogram {
public:
    static constexpr std::size_t size = std::size(bounds) + 1; // the last one has no bound

    void observe(std::chrono::nanoseconds took, std::uint64_t times = 1) noexcept {
        const auto ns = static_cast<std::uint64_t>(std::max<std::int64_t>(took.count(), 0));
        std::size_t at = 0;
        while (at < std::size(bounds) && ns > bounds[at] * std::uint64_t{1000})
            ++at;
        counts_[at] += times;
        sum_ns_ += ns * times;
    }

    const std::array<std::uint64_t, size> &counts() const noexcept { return counts_; }
    std::uint64_t count() const noexcept {
        std::uint64_t sum = 0;
        for (const std::uint64_t one : counts_)
            sum += one;
        return sum;
    }
    double seconds() const noexcept { return static_cast<double>(sum_ns_) / 1e9; } // together

private:
    std::array<std::uint64_t, size> counts_{};
    std::uint64_t sum_ns_ = 0;
};

using Latency = Histogram<latency_bounds>;
using CallTimes = Histogram<call_bounds>;

} // namespace roomd::metrics
