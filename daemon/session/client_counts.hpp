#pragma once

#include "base/ids.hpp"
#include "metrics/counts.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace roomd::session {

class Sessions;

// What is counted of Socket.IO's clients.
class ClientCounts {
public:
    // Of a session that is open, or is just closing.
    void accepted(const Sessions &, base::SessionId);
    void ended(const Sessions &, base::SessionId);    // an accepted one
    void upgraded(const Sessions &, base::SessionId); // an accepted one
    void refused(const Sessions &, base::SessionId, std::string_view code);
    void spoke_otherwise(const Sessions &, base::SessionId); // in another encoding
    // Portals that nobody uses may be gone.
    void forget_unused();

    // Accepted ones, by portal and transport.
    const metrics::Counts<2> &population() const noexcept { return population_; }
    // CONNECTs that went no further, by code, portal and transport.
    const metrics::Counts<3> &refusals() const noexcept { return refusals_; }

    // What reached a limit.
    std::uint64_t events_per_second = 0; // events that had to wait
    std::uint64_t held = 0;              // packets there was no room for
    std::uint64_t connect_timeout = 0;   // sessions that joined nothing in time
    std::uint64_t other_parsers = 0;     // sessions that began in another encoding than Socket.IO's
    std::uint64_t displaced = 0;         // sessions closed to make room for others

private:
    metrics::Counts<2> population_;
    metrics::Counts<3> refusals_;
};

} // namespace roomd::session
