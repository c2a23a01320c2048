#pragma once

#include "base/clock.hpp"
#include "host/settings.hpp"

#include <cstddef>
#include <functional>
#include <string>

namespace roomd::host {

struct IdempotencyOptions : IdempotencyLimits {
    std::size_t bytes = 48u << 20; // of keys and results, per instance
    friend bool operator==(const IdempotencyOptions &, const IdempotencyOptions &) = default;
};

struct Options : Patience {
    std::string directory;                 // where <name>.so is looked for
    base::Duration ack_timeout{60000};     // an unanswered ack is never sent
    base::Duration request_timeout{30000}; // an unanswered request gets 503
    std::size_t tickets = 65536;           // owed by one instance at a time
    std::size_t max_emit{};                // bytes of one event's arguments
    IdempotencyOptions idempotency;

    // What `roomd stats --json` prints.  Empty: what the Router counts.
    std::function<std::string()> stats;
};

} // namespace roomd::host
