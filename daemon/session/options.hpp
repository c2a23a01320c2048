#pragma once

#include "base/clock.hpp"
#include "session/settings.hpp"

#include <algorithm>
#include <cstddef>

namespace roomd::session {

struct Options : EngineIo, Limits {
    // Packets of all kinds that may come by polling in a second.  For more, a POST's answer waits.
    unsigned packets_per_second{}; // 0: any number
    bool polling{};                // transports that are enabled
    bool websocket{};
    friend bool operator==(const Options &, const Options &) = default;

    // How long the answer to a POST waits at most: until then its client cannot send a pong.
    base::Duration longest_pause() const noexcept { return ping_timeout / 2; }

    // How often deadlines are checked: often enough for the shortest interval, rarely enough to
    // cost nothing when idle.
    base::Duration granularity() const noexcept {
        return std::clamp(std::min(ping_interval, ping_timeout) / 20, base::Duration{5},
                          base::Duration{100});
    }
};

struct ClientOptions : ClientLimits {
    std::size_t held_total{};   // bytes that wait, of all sessions
    double events_per_second{}; // per client; 0: no limit
    double events_at_once{};    // may come at once, if that is more than two seconds' worth: all
                                // that a client joins again when it comes back
    friend bool operator==(const ClientOptions &, const ClientOptions &) = default;
};

// How long a closed session waits for its peer to take what is left: by the next GET of a polling
// client, or when the window of a blocked websocket opens.
inline constexpr base::Duration farewell_timeout{30000};

// A session younger than this is not closed to make room: an honest client joins within a round
// trip.
inline constexpr base::Duration new_for{2000};

} // namespace roomd::session
