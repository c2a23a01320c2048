#pragma once

#include "base/clock.hpp"

#include <cstdint>

namespace roomd::session {

// How far a client is ahead of its rate.  A second's worth may come at once.
class Pace {
public:
    // Records that `count` came, of `rate` allowed per second.  Returns how long to accept nothing
    // more: at most `longest`; what exceeds that is forgiven.
    base::Duration take(unsigned count, unsigned rate, base::Duration longest,
                        base::Time now) noexcept;

private:
    std::uint32_t paid_until_ms_ = 0; // those that came, at their rate
};

} // namespace roomd::session
