#include "app/daemon.hpp"

#include "app/admin.hpp"
#include "app/audit.hpp"
#include "app/console.hpp"
#include "app/console_gate.hpp"
#include "app/exit_code.hpp"
#include "app/expiries.hpp"
#include "app/notify.hpp"
#include "app/options.hpp"
#include "app/reload.hpp"
#include "app/shard.hpp"
#include "app/signals.hpp"
#include "app/spread.hpp"
#include "app/version.hpp"
#include "base/clock.hpp"
#include "base/random.hpp"
#include "base/text.hpp"
#include "config/scalar.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

namespace roomd::app {
namespace {

void warn(log::Logger &log, const config::Config &config) {
    for (const auto &warning : config.warnings)
        log.warning("configuration", {{"warning", text(warning)}});
}

bool serves_admin(const config::Config &config) {
    return std::any_of(config.listen.begin(), config.listen.end(),
                       [](const config::Listen &listen) { return listen.does_serve("admin"); });
}

void count(ReloadCounts &counts, Reloaded::Became became) {
    switch (became) {
    case Reloaded::Became::applied: return counts.good(base::unix_ms());
    case Reloaded::Became::refused: return counts.bad(&ReloadCounts::refused);
    case Reloaded::Became::failed: return counts.bad(&ReloadCounts::failed);
    case Reloaded::Became::built_in:
    case Reloaded::Became::stopping: return;
    }
}

// The life of the daemon: what happens between READY and the end.
class Life {
public:
    Life(Shard &shard, const config::Config &config, const ConfigFile &file) :
        shard_(shard),
        reload_(
            shard, config, file,
            {[this] { notify_.reloading(); }, [this](const Reloaded &what) { reloaded(what); }}),
        admin_(shard, {[this](Reload::Done done) { reload(std::move(done)); }, file.path,
                       [this]() -> const config::Config & { return reload_.running(); },
                       config.console.path, serves_admin(config), config.console.mint}),
        drain_delay_(config.drain_delay),
        drain_(config.drain),
        signals_(
            shard.loop, [this] { stop(); }, [this] { reload_by_signal(); }),
        watchdog_(shard.loop, [this] { notify_.alive(); }),
        expiries_(shard.log, base::unix_ms()),
        looks_(shard.loop,
               [this] { expiries_.look(shard_.server.certificates(), base::unix_ms()); }),
        delay_(shard.loop, [this] { drain(); }),
        closing_(shard.loop, [this] { close_some(); }) {
        if (const auto period = notify_.watchdog_period(); period > base::Duration::zero())
            watchdog_.every(period);
        looks_.every(std::chrono::hours(1));
        if (!config.console.path.empty())
            console_.emplace(shard,
                             Console::Configuration{
                                 config.console.path, config.socketio.path, config.console.mint,
                                 file.generated,
                                 [this]() -> const config::Config & { return reload_.running(); }});
    }

    void ready(std::string_view status) { notify_.ready(status); }

private:
    static constexpr base::Duration step{50};
    static constexpr base::Duration grace{1000};         // for close frames to be read
    static constexpr base::Duration plugins_stop{10000}; // and what else may take its time
    static constexpr base::Duration last_words{200};

    void reload(Reload::Done done) {
        if (!stopping_) return reload_.ask(std::move(done));
        Reloaded late;
        late.became = Reloaded::Became::stopping;
        if (done) done(late);
    }

    void reload_by_signal() {
        reload([this](const Reloaded &what) { audit_reload(shard_.log, {}, what); });
    }

    void reloaded(const Reloaded &what) {
        if (what.became == Reloaded::Became::stopping) return;
        count(shard_.pages.reloads(), what.became);
        drain_delay_ = reload_.running().drain_delay;
        drain_ = reload_.running().drain;
        const bool good =
            what.became == Reloaded::Became::applied || what.became == Reloaded::Became::built_in;
        notify_.ready(good ? "running" : "running; the last reload failed");
    }

    // For a while only says so, so that a load balancer sends nothing new; then drains.  A second
    // signal ends it at once.
    void stop() {
        if (stopping_) {
            shard_.log.warning("second signal: ending at once");
            shard_.log.flush(last_words);
            std::_Exit(exit_runtime);
        }
        audit(shard_.log, {}, "stop");
        stopping_ = true;
        reload_.stop();
        shard_.pages.leave();
        notify_.stopping("stopping, " + std::to_string(shard_.sessions.size()) +
                             " sessions to close",
                         drain_delay_ + drain_ + grace + plugins_stop);
        shard_.log.notice("stopping", {{"sessions", shard_.sessions.size()},
                                       {"drain_delay_ms", drain_delay_.count()},
                                       {"drain_ms", drain_.count()}});
        if (drain_delay_ > base::Duration::zero()) return delay_.after(drain_delay_);
        drain();
    }

    // Stops accepting, lets plugins emit their last, then closes the clients little by little.
    void drain() {
        shard_.pages.drain();
        shard_.server.refuse_new(true); // first: what waits to be accepted is told so
        shard_.server.stop_accepting();
        admin_.end();
        shard_.plugins.stop();
        const base::Time now = shard_.loop.now();
        std::uint32_t seed = 0;
        base::random_bytes(&seed, sizeof seed);
        spread_.emplace(now, drain_, seed);
        last_ = now + drain_ + grace;
        closing_.start(base::Duration{0}, step);
    }

    void close_some() {
        const base::Time now = shard_.loop.now();
        const std::size_t left = shard_.sessions.close_some(
            spread_->due(shard_.sessions.size(), now), session::CloseReason::server_shutting_down);
        if (left == 0 && now + grace < last_) last_ = now + grace;
        if (shard_.server.idle() || now >= last_) {
            closing_.cancel();
            shard_.loop.stop();
        }
    }

    Shard &shard_;
    Reload reload_;
    Admin admin_;
    std::optional<Console> console_;
    base::Duration drain_delay_, drain_;
    Notify notify_;
    Signals signals_;
    loop::Timer watchdog_;
    Expiries expiries_;
    loop::Timer looks_;
    loop::Timer delay_, closing_;
    std::optional<Spread> spread_; // while clients are closed
    base::Time last_{};
    bool stopping_ = false;
};

// A guarded path on a listener that strangers can reach needs a key of its scope.  The scopes are
// known only when the plugins have started.  The gate refuses strangers in any case.
bool guarded(const Shard &shard, const config::Config &config) {
    const auto outside = [&](net::Kinds kinds) {
        const std::vector<std::string> addresses = shard.server.addresses_serving(kinds);
        return std::any_of(addresses.begin(), addresses.end(), [](const std::string &address) {
            const auto parsed = config::parse_address(address);
            return !parsed || !parsed->loopback;
        });
    };
    std::vector<std::string> paths;
    if (outside(net::kind::api)) paths = shard.http.without_key();
    if (!config.console.path.empty() && !shard.gate.needs_key("admin") && outside(console_kinds))
        paths.push_back(config.console.path + " (scope admin)");
    for (const auto &path : paths) {
        shard.log.error("a path that can be reached from outside has no key of its scope",
                        {{"path", path}, {"do", "add one under keys:, or listen on loopback"}});
    }
    return paths.empty();
}

// The last line at the start, below those of the log: for whoever has started it by hand.
void tell_console(Shard &shard, const config::Config &config, std::ostream &out) {
    if (config.console.path.empty()) return;
    const std::vector<std::string> addresses = shard.server.addresses();
    std::vector<Listening> listening;
    for (std::size_t i = 0; i < config.listen.size(); ++i) {
        const config::Listen &listen = config.listen[i];
        const bool has_it = listen.does_serve("api") || listen.does_serve("admin");
        if (has_it && !listen.proxy_protocol)
            listening.push_back({addresses.at(i), listen.tls.has_value()});
    }
    const std::string url = console_url(listening, config.console.path);
    if (url.empty()) return;
    constexpr base::Duration lines_ahead{1000};
    shard.log.flush(lines_ahead);
    out << "Open " << url << " in a browser: it shows live what happens here";
    if (shard.gate.needs_key("admin")) out << ", and asks for an API key of scope admin";
    out << '.' << std::endl;
}

} // namespace

int run(const config::Config &config, const ConfigFile &file, std::ostream &out) {
    log::Logger log(log_options(config), log::Writing::behind);
    log.notice("roomd starts", {{"version", version}, {"config", config.path}});
    if (!config.environment.empty())
        log.notice(
            "the environment stands above the configuration",
            {{"variables", base::joined({config.environment.begin(), config.environment.end()})}});
    warn(log, config);
    std::optional<Shard> shard;
    shard.emplace(config, log);
    if (!guarded(*shard, config)) return exit_configuration;
    {
        Life life(*shard, config, file);
        for (const auto &address : shard->server.addresses())
            log.notice("listening", {{"address", address}});
        log.info("endpoint", {{"path", config.socketio.path}, {"access", "Socket.IO clients"}});
        log.info("endpoint", {{"path", "/health, /ready"}, {"access", "open to all"}});
        if (!config.admin.socket.empty())
            log.info("endpoint", {{"path", "/admin/"}, {"access", "the admin socket"}});
        if (serves_admin(config))
            log.info("endpoint", {{"path", "/admin/"}, {"access", "needs a key of scope admin"}});
        if (!config.console.path.empty())
            log.info("endpoint", {{"path", config.console.path},
                                  {"access", shard->gate.needs_key("admin")
                                                 ? "the console: needs a key"
                                                 : "the console: no key, this machine only"}});
        shard->http.announce(log);
        log.notice("ready");
        life.ready("running");
        tell_console(*shard, config, out);
        shard->loop.run();
    }
    shard.reset();
    log.notice("stopped");
    return exit_ok;
}

} // namespace roomd::app
