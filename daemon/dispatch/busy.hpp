#pragma once

#include "dispatch/watcher.hpp"
#include "metrics/busiest.hpp"

#include <cstddef>
#include <cstdint>

namespace roomd::dispatch {

// The events that are emitted most often, and the rooms they go to: by emits, never by recipient.
class Busy final : public Watcher {
public:
    static constexpr std::size_t rooms_of_one = 8; // of an emit to many rooms, the first

    void emitted(std::uint64_t, const Emit &emit, const Emitted &) override {
        events.add(emit.event);
        for (std::size_t i = 0; i < emit.rooms.size() && i < rooms_of_one; ++i)
            rooms.add(emit.rooms[i]);
    }
    void clear() {
        events.clear();
        rooms.clear();
    }

    metrics::Busiest events, rooms;
};

} // namespace roomd::dispatch
