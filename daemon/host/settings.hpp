#pragma once

#include "base/clock.hpp"

#include <cstddef>

// What the keys of the configuration say to this layer.  Their rows (config/plugins,
// config/idempotency) point at these members and hold the defaults: nothing here has one.
namespace roomd::host {

struct Patience {
    base::Duration slow_call{};      // a call into a plugin that takes longer is counted
    base::Duration answer_timeout{}; // an unanswered connect or join is refused
    friend bool operator==(const Patience &, const Patience &) = default;
};

struct IdempotencyLimits {
    base::Duration window{};
    std::size_t entries{}; // per instance; the oldest go first
    friend bool operator==(const IdempotencyLimits &, const IdempotencyLimits &) = default;
};

} // namespace roomd::host
