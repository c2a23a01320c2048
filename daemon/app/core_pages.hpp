#pragma once

#include "app/families.hpp"
#include "app/gate.hpp"
#include "app/key_sets.hpp"
#include "app/process.hpp"
#include "config/config.hpp"
#include "dispatch/router.hpp"
#include "host/registry.hpp"
#include "log/log.hpp"
#include "loop/loop.hpp"
#include "loop/worker.hpp"
#include "metrics/histogram.hpp"
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
        loop::Loop &loop;
        const session::SocketIo &clients;
        const session::Sessions &sessions;
        const dispatch::Router &router;
        net::Server &server;
        const Gate &gate;
        const KeySets &key_sets;
        const host::Registry &plugins;
        const metrics::Latency &loop_lag;
        const auth::KeyRates &key_rates;
    };
    CorePages(const Parts &parts, const config::Config &);

    void add_routes();
    // From now on /ready says that the daemon is stopping, and after drain() /health does too.
    void leave() noexcept { leaving_ = true; }
    void drain() noexcept { draining_ = true; }
    bool leaving() const noexcept { return leaving_; }
    void apply(const config::Config &); // another name, another catalogue
    ReloadCounts &reloads() noexcept { return reloads_; }
    std::string stats_json() const; // for plugins
    net::Response health() const;   // with reasons

private:
    pages::Snapshot snapshot() const;
    pages::Readiness readiness() const;
    void ask_metrics(base::ExchangeId);
    void measure(); // on a thread, then answers those who asked
    void respond_metrics(const std::vector<base::ExchangeId> &);

    Parts parts_;
    std::string service_, catalogue_;
    bool leaving_ = false, draining_ = false;
    std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
    ReloadCounts reloads_;
    std::vector<base::ExchangeId> asking_; // for /metrics
    Process process_;
    loop::Worker worker_; // last: it writes process_
};

} // namespace roomd::app
