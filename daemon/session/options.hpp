#pragma once

#include "base/clock.hpp"

#include <algorithm>
#include <cstddef>

namespace roomd::session {

struct Options {
    base::Duration ping_interval{25000};
    base::Duration ping_timeout{20000};
    base::Duration upgrade_timeout{10000};
    std::size_t max_payload = 1000000; // bytes; one packet, and one POST
    std::size_t max_packets = 10000;   // in one polling payload
    // Packets of all kinds that may come by polling in a second.  For more, a POST's answer waits.
    unsigned packets_per_second = 0;            // 0: any number
    std::size_t send_buffer = 1u << 20;         // bytes in one outbox
    std::size_t send_buffer_total = 512u << 20; // bytes that wait for all peers together
    bool polling = true;                        // transports that are enabled
    bool websocket = true;

    // How long the answer to a POST waits at most: until then its client cannot send a pong.
    base::Duration longest_pause() const noexcept { return ping_timeout / 2; }

    // How often deadlines are checked: often enough for the shortest interval, rarely enough to
    // cost nothing when idle.
    base::Duration granularity() const noexcept {
        return std::clamp(std::min(ping_interval, ping_timeout) / 20, base::Duration{5},
                          base::Duration{100});
    }
};

struct ClientOptions {
    base::Duration connect_timeout{45000}; // until the first namespace is joined
    std::size_t before_connect = 16384;    // bytes of one message before CONNECT was accepted
    std::size_t max_attachments = 10;
    std::size_t json_depth = 128;
    std::size_t held_bytes = 65536; // that wait, per session; behind a verdict max_payload more
    std::size_t held_total = 128u << 20; // of all sessions
    std::size_t namespaces_per_session = 16;
    double events_per_second = 0; // per client; 0: no limit
    double events_at_once = 0;    // may come at once, if that is more than two seconds' worth: all
                                  // that a client joins again when it comes back
};

// How long a closed session waits for its peer to take what is left: by the next GET of a polling
// client, or when the window of a blocked websocket opens.
inline constexpr base::Duration farewell_timeout{30000};

// A session younger than this is not closed to make room: an honest client joins within a round
// trip.
inline constexpr base::Duration new_for{2000};

} // namespace roomd::session
