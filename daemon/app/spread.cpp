#include "app/spread.hpp"

#include <algorithm>

namespace roomd::app {

Spread::Spread(base::Time begins, base::Duration window, std::uint32_t seed) :
    last_(begins),
    end_(begins + window),
    random_(seed) {}

std::size_t Spread::due(std::size_t left, base::Time now) {
    if (now >= end_) return left;
    std::uniform_real_distribution<double> chance(0, 1);
    const auto passed = static_cast<double>((now - last_).count());
    const double share =
        static_cast<double>(left) * passed / static_cast<double>((end_ - last_).count());
    last_ = now;
    const double wanted = std::max(share * (0.5 + chance(random_)), slowest * passed / 1000);
    // What is less than a client is a chance of one.
    return std::min(left, static_cast<std::size_t>(wanted + chance(random_)));
}

} // namespace roomd::app
