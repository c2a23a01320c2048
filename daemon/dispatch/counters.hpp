#pragma once

#include "dispatch/emit.hpp"
#include "dispatch/options.hpp"
#include "metrics/counts.hpp"
#include "metrics/histogram.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace roomd::dispatch {

// How long emits take, from when roomd got each to the end of the flush that sends it.  Of a turn
// with more emits than it keeps times of, the others count as the last of these.
class EmitTimes {
public:
    using Clock = std::chrono::steady_clock;

    void began(Clock::time_point came) {
        if (came == Clock::time_point{}) came = Clock::now();
        if (waiting_.size() < most)
            waiting_.push_back({came, 1});
        else
            ++waiting_.back().times;
    }
    void flushed() noexcept {
        if (waiting_.empty()) return;
        const Clock::time_point now = Clock::now();
        for (const Waiting &one : waiting_)
            times_.observe(now - one.came, one.times);
        waiting_.clear();
    }
    const metrics::Latency &times() const noexcept { return times_; }

private:
    static constexpr std::size_t most = 1024;
    struct Waiting {
        Clock::time_point came;
        std::uint64_t times;
    };
    std::vector<Waiting> waiting_;
    metrics::Latency times_;
};

// What is counted of clients and events, for /metrics.  Labels are names of the configuration, and
// roomd's own words.
struct Counters {
    void emitted(const Emit &, const Options &);
    // Forgets what was counted of names that these options no longer have.
    void forget_gone(const Options &);

    metrics::Counts<2> connects;      // let in: portal, transport
    metrics::Counts<3> refused;       // CONNECT_ERROR: code, portal, transport
    metrics::Counts<3> disconnects;   // who was in: reason, portal, transport
    metrics::Counts<2> joins;         // by wish, or by who they are: kind, portal
    metrics::Counts<3> joins_refused; // kind, code, portal
    metrics::Counts<1> events;        // emits, by the catalogue's name
    metrics::Counts<1> sources;       // ... by the plugin's instance, or client, or operator
    metrics::Counts<1> keys;          // ... by the API key they came on behalf of
    metrics::Latency handshakes;      // from CONNECT to its answer
    EmitTimes emits;
};

std::vector<std::string> kind_names(const Options &);

} // namespace roomd::dispatch
