#include "app/lag.hpp"

#include <algorithm>
#include <utility>

namespace roomd::app {
namespace {

constexpr base::Duration lag_period{50};
constexpr std::chrono::seconds lag_patience{10}; // without being asked

} // namespace

Lag::Lag(loop::Loop &loop) : timer_(loop, [this] { tick(); }) {}

std::optional<std::uint64_t> Lag::most() {
    asked_ = Clock::now();
    if (!std::exchange(measuring_, true)) {
        most_ = {};
        due_ = asked_ + lag_period;
        timer_.every(lag_period);
        return std::nullopt;
    }
    const auto most = std::chrono::duration_cast<std::chrono::microseconds>(
        std::exchange(most_, Clock::duration{}));
    return static_cast<std::uint64_t>(most.count());
}

void Lag::tick() {
    const auto now = Clock::now();
    most_ = std::max(most_, now - due_);
    due_ = now + lag_period;
    if (now < asked_ + lag_patience) return;
    measuring_ = false;
    timer_.cancel();
}

} // namespace roomd::app
