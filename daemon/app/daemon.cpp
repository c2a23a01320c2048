#include "app/daemon.hpp"

#include "app/admin.hpp"
#include "app/console.hpp"
#include "app/exit_code.hpp"
#include "app/notify.hpp"
#include "app/options.hpp"
#include "app/reload.hpp"
#include "app/shard.hpp"
#include "app/signals.hpp"
#include "app/version.hpp"
#include "config/scalar.hpp"

#include <algorithm>
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
                       config.console.path, config.console.mint}),
        drain_(config.drain),
        signals_(
            shard.loop, [this] { stop(); }, [this] { reload({}); }),
        watchdog_(shard.loop, [this] { notify_.alive(); }),
        leaving_(shard.loop, [this] { leave(); }) {
        if (const auto period = notify_.watchdog_period(); period > base::Duration::zero())
            watchdog_.every(period);
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
    static constexpr std::size_t fewest_a_step = 100;
    static constexpr base::Duration grace{1000}; // for close frames to be read
    static constexpr base::Duration last_words{200};

    void reload(Reload::Done done) {
        if (!stopping_) return reload_.ask(std::move(done));
        Reloaded late;
        late.became = Reloaded::Became::stopping;
        if (done) done(late);
    }

    void reloaded(const Reloaded &what) {
        if (what.became == Reloaded::Became::stopping) return;
        drain_ = reload_.running().drain;
        const bool good =
            what.became == Reloaded::Became::applied || what.became == Reloaded::Became::built_in;
        notify_.ready(good ? "running" : "running; the last reload failed");
        if (what.became == Reloaded::Became::applied) warn(shard_.log, reload_.running());
    }

    // Stops accepting, lets plugins emit their last, then closes clients a few at a time so that
    // they do not all reconnect in the same second.  A second signal ends it at once.
    void stop() {
        if (stopping_) {
            shard_.log.warning("second signal: ending at once");
            shard_.log.flush(last_words);
            std::_Exit(exit_runtime);
        }
        stopping_ = true;
        reload_.stop();
        shard_.pages.drain();
        notify_.stopping("stopping, " + std::to_string(shard_.sessions.size()) +
                         " sessions to close");
        shard_.log.notice("stopping", {{"sessions", shard_.sessions.size()}});
        shard_.server.stop_accepting();
        shard_.server.refuse_new(true);
        admin_.end();
        shard_.plugins.stop();
        const auto steps = static_cast<std::size_t>(drain_.count() / step.count());
        a_step_ = std::max(fewest_a_step, shard_.sessions.size() / (steps == 0 ? 1 : steps) + 1);
        last_ = shard_.loop.now() + drain_ + grace;
        leaving_.start(base::Duration{0}, step);
    }

    void leave() {
        const std::size_t left =
            shard_.sessions.close_some(a_step_, session::CloseReason::server_shutting_down);
        const auto now = shard_.loop.now();
        if (left == 0 && now + grace < last_) last_ = now + grace;
        if (shard_.server.idle() || now >= last_) {
            leaving_.cancel();
            shard_.loop.stop();
        }
    }

    Shard &shard_;
    Reload reload_;
    Admin admin_;
    std::optional<Console> console_;
    base::Duration drain_;
    Notify notify_;
    Signals signals_;
    loop::Timer watchdog_;
    loop::Timer leaving_;
    std::size_t a_step_ = 0;
    base::Time last_{};
    bool stopping_ = false;
};

// A guarded path on a listener that strangers can reach needs a key of its scope.  The scopes are
// known only when the plugins have started.  The gate refuses strangers in any case.
bool guarded(const Shard &shard, const config::Config &config) {
    const std::vector<std::string> addresses = shard.server.addresses();
    const bool outside =
        std::any_of(addresses.begin(), addresses.end(), [](const std::string &address) {
            const auto parsed = config::parse_address(address);
            return !parsed || !parsed->loopback;
        });
    std::vector<std::string> paths = shard.http.without_key();
    if (!config.console.path.empty() && !shard.gate.needs_key("admin"))
        paths.push_back(config.console.path + " (scope admin)");
    if (!outside) paths.clear();
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
    for (std::size_t i = 0; i < config.listen.size(); ++i)
        listening.push_back({addresses.at(i), config.listen[i].tls.has_value()});
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
            log.info("endpoint", {{"path", "/admin/"}, {"access", "the admin socket only"}});
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
