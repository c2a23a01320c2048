#pragma once

#include "config/key.hpp"
#include "host/settings.hpp"

#include <array>
#include <cstddef>

namespace roomd::config {

// How repeated emits are recognised.  The rows below say the rest.
struct Idempotency : host::IdempotencyLimits {
    Idempotency();
    friend bool operator==(const Idempotency &, const Idempotency &) = default;
};

// clang-format off
inline constexpr std::array idempotency_keys{
    duration<Idempotency>("idempotency.window", &Idempotency::window, "10m", {"1s", "7d"}, Reload::no,
        "How long an idempotency key is remembered."),
    count<Idempotency>("idempotency.entries", &Idempotency::entries, "100000", {"1", "10000000"}, Reload::no,
        "How many keys are remembered, of about half a kilobyte each."),
};
// clang-format on

inline Idempotency::Idempotency() {
    set_initial(*this, idempotency_keys);
}

} // namespace roomd::config
