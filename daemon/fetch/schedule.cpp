#include "fetch/schedule.hpp"

#include <algorithm>

namespace roomd::fetch {
namespace {

base::Duration part_of(base::Duration whole, double part) noexcept {
    return base::Duration{static_cast<std::int64_t>(static_cast<double>(whole.count()) * part)};
}

} // namespace

// Up to a tenth sooner, so never later than it is good for.
void Schedule::succeeded(base::Time now, base::Duration fresh, double dice) noexcept {
    failures_ = 0;
    next_ = now + part_of(fresh, 1 - dice / 10);
}

// Between half of the pause and all of it.
void Schedule::failed(base::Time now, double dice) noexcept {
    base::Duration pause = first_pause;
    for (unsigned i = 0; i < failures_ && pause < longest_pause; ++i)
        pause *= 2;
    ++failures_;
    next_ = now + part_of(std::min(pause, longest_pause), 0.5 + dice / 2);
}

void Schedule::ask(base::Time now) noexcept {
    const base::Time soonest = began_ ? std::max(now, *began_ + between_asked) : now;
    next_ = std::min(next_, soonest);
}

} // namespace roomd::fetch
