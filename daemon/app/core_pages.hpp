#pragma once

#include "app/gate.hpp"
#include "app/key_sets.hpp"
#include "config/config.hpp"
#include "dispatch/router.hpp"
#include "host/registry.hpp"
#include "log/log.hpp"
#include "metrics/metrics.hpp"
#include "net/server.hpp"
#include "pages/pages.hpp"
#include "session/sessions.hpp"
#include "session/socketio.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace roomd::app {

// The daemon's own pages: /health, /ready and /metrics, as snapshots of the parts of a shard.
class CorePages {
public:
    // They outlive the pages.
    struct Parts {
        const log::Logger &log;
        const session::SocketIo &clients;
        const session::Sessions &sessions;
        const dispatch::Router &router;
        net::Server &server;
        const Gate &gate;
        const KeySets &key_sets;
        const host::Registry &plugins;
    };
    CorePages(const Parts &parts, const config::Config &);

    void add_routes();
    // From now on /ready says that the daemon is stopping, and after drain() /health does too.
    void leave() noexcept { leaving_ = true; }
    void drain() noexcept { draining_ = true; }
    bool leaving() const noexcept { return leaving_; }
    void apply(const config::Config &); // another name, another catalogue
    std::string stats_json() const;     // for plugins
    net::Response health() const;       // with reasons

private:
    pages::Snapshot snapshot() const;
    pages::Readiness readiness() const;
    std::vector<metrics::Family> families() const;

    Parts parts_;
    std::string service_, catalogue_;
    bool leaving_ = false, draining_ = false;
    std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
};

} // namespace roomd::app
