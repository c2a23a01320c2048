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
    // Packets of all kinds that come by polling, in a second; for more the client has to wait.
    unsigned packets_per_second = 0;            // 0: any number
    std::size_t send_buffer = 1u << 20;         // bytes in one outbox
    std::size_t send_buffer_total = 512u << 20; // bytes that wait for all peers together
    bool polling = true;                        // transports that are enabled
    bool websocket = true;

    // How long the answer of one POST is kept back at most: its client sends no pong meanwhile.
    base::Duration longest_pause() const noexcept { return ping_timeout / 2; }

    // How finely deadlines are looked at: enough for the shortest interval, coarse enough to cost
    // nothing when idle.
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
    std::size_t held_bytes = 65536; // waiting, per session; for verdicts one max_payload beyond it
    std::size_t held_total = 128u << 20; // of all sessions
    std::size_t namespaces_per_session = 16;
    double events_per_second = 0; // per client; 0: no limit
    double events_at_once = 0;    // may come at once, if that is more than two seconds' worth: all
                                  // that a client joins again when it comes back
};

// How long a session that was closed waits for a peer that does not take what is left for it: the
// next GET of a polling client, the window of a blocked websocket.
inline constexpr base::Duration farewell_timeout{30000};

// How long a session is new, and not closed to make room: an honest client joins within a round
// trip.
inline constexpr base::Duration new_for{2000};

} // namespace roomd::session
