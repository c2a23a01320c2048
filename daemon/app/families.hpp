#pragma once

#include "app/key_sets.hpp"
#include "app/process.hpp"
#include "auth/key_rates.hpp"
#include "dispatch/router.hpp"
#include "host/registry.hpp"
#include "log/log.hpp"
#include "metrics/metrics.hpp"
#include "net/server.hpp"
#include "session/sessions.hpp"
#include "session/socketio.hpp"

#include <cstdint>
#include <vector>

namespace roomd::app {

// What became of the reloads, and when the configuration in force was read.
struct ReloadCounts {
    std::uint64_t applied = 0, refused = 0, failed = 0;
    bool last_good = true;
    std::int64_t good_ms = 0; // Unix time

    void good(std::int64_t now_ms) noexcept {
        ++applied;
        last_good = true;
        good_ms = now_ms;
    }
    void bad(std::uint64_t ReloadCounts::*kind) noexcept {
        ++(this->*kind);
        last_good = false;
    }
};

// Everything that is counted, as /metrics shows it (docs/metrics.md).
struct Counted {
    const log::Logger &log;
    const session::SocketIo &clients;
    const session::Sessions &sessions;
    const dispatch::Router &router;
    const net::Server &server;
    const KeySets &key_sets;
    const host::Registry &plugins;
    const metrics::Latency &loop_lag;
    const auth::KeyRates &key_rates;
};
std::vector<metrics::Family> families(const Counted &, const ReloadCounts &, const Process &);

} // namespace roomd::app
