#pragma once

#include "dispatch/emit.hpp"
#include "metrics/busiest.hpp"

#include <cstddef>

namespace roomd::dispatch {

// The events that are emitted most often, and the rooms they go to: by emits, never by recipient.
struct Busy {
    static constexpr std::size_t rooms_of_one = 8; // of an emit to many rooms, the first

    void emitted(const Emit &emit) {
        events.add(emit.event);
        for (std::size_t i = 0; i < emit.rooms.size() && i < rooms_of_one; ++i)
            rooms.add(emit.rooms[i]);
    }

    metrics::Busiest events, rooms;
};

} // namespace roomd::dispatch
