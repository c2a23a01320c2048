#pragma once

#include "base/clock.hpp"

#include <cstdint>

namespace roomd::session {

// How far ahead of a rate someone is.  A second's worth may come at once.
class Pace {
public:
    // So many came, of `rate` a second.  Gives how long nothing more is to be taken: `longest` at
    // most, and then no more is owed for them.
    base::Duration take(unsigned count, unsigned rate, base::Duration longest,
                        base::Time now) noexcept;

private:
    std::uint32_t paid_until_ms_ = 0; // those that came, at their rate
};

} // namespace roomd::session
