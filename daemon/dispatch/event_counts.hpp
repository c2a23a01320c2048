#pragma once

#include <cstdint>

namespace roomd::dispatch {

// What the units that check events count together.
struct EventCounts {
    std::uint64_t given_up = 0; // refused because checking them would take too long
};

} // namespace roomd::dispatch
