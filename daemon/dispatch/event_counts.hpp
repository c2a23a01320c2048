#pragma once

#include <cstdint>

namespace roomd::dispatch {

// What the units that look at events count together.
struct EventCounts {
    std::uint64_t given_up = 0;  // refused because checking them would take too long
    std::uint64_t unhandled = 0; // sent by clients, and taken by nobody
};

} // namespace roomd::dispatch
