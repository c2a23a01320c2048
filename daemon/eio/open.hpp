#pragma once

#include "base/clock.hpp"
#include "base/frame.hpp"

#include <cstddef>
#include <string_view>

namespace roomd::eio {

// What the first packet of a session tells its client.
struct Open {
    std::string_view sid; // URL-safe base64, as base::random_id() gives
    bool upgrades;        // to websocket: false when it is one already
    base::Duration ping_interval;
    base::Duration ping_timeout;
    std::size_t max_payload;
};

base::FrameRef open_packet(const Open &);

} // namespace roomd::eio
