#pragma once

#include "app/access.hpp"
#include "app/core_pages.hpp"
#include "app/flusher.hpp"
#include "app/gate.hpp"
#include "app/key_sets.hpp"
#include "app/loop_lag.hpp"
#include "app/overload.hpp"
#include "app/plugin_http.hpp"
#include "auth/key_rates.hpp"
#include "config/config.hpp"
#include "dispatch/router.hpp"
#include "host/registry.hpp"
#include "log/causes.hpp"
#include "log/log.hpp"
#include "loop/loop.hpp"
#include "loop/timer.hpp"
#include "net/server.hpp"
#include "session/sessions.hpp"
#include "session/socketio.hpp"

#include <vector>

namespace roomd::app {

// One thread's worth of roomd: a loop and everything its clients need, wired once.  Members stand
// in the order in which they depend on each other.
struct Shard {
    // Throws when a listener cannot be opened, or a required plugin does not start.
    Shard(const config::Config &, log::Logger &);
    ~Shard();
    Shard(const Shard &) = delete;
    Shard &operator=(const Shard &) = delete;

    // Applies what may change while it runs; the configuration has been checked.  Gives the plugins
    // that could not apply theirs.  Throws when the server cannot apply its part.
    std::vector<host::Registry::Failure> apply(const config::Config &);

    log::Logger &log;
    loop::Loop loop;
    log::Causes causes;
    session::SocketIo clients;
    session::Sessions sessions;
    auth::KeyRates key_rates;
    Gate gate;
    KeySets key_sets;
    dispatch::Router router;
    net::Server server;
    PluginHttp http;
    host::Registry plugins;
    LoopLag loop_lag;
    CorePages pages;
    Flusher flusher;
    Overload overload;
    Access access;
    loop::Timer ticks; // the one periodic scan: heartbeats, time-outs, expiries

private:
    void keep_headers(const config::Config &);
};

} // namespace roomd::app
