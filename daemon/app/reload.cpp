#include "app/reload.hpp"

#include "app/checking.hpp"
#include "app/shard.hpp"
#include "base/clock.hpp"
#include "config/diff.hpp"
#include "config/in_force.hpp"

#include <exception>
#include <memory>
#include <utility>

namespace roomd::app {
namespace {

std::string listed(const std::vector<std::string> &names) {
    std::string out;
    for (const auto &name : names)
        out += (out.empty() ? "" : ", ") + name;
    return out;
}

} // namespace

using Left = host::Registry::Failure::Left;

struct Reload::Read {
    config::Config config; // that of the files; once applied, the one before it
    config::Faults faults;
    std::vector<std::string> changed, restart;
    std::string in_force;
    config::Unapplied unapplied;
    Reloaded out;
};

Reload::Reload(Shard &shard, const config::Config &started, ConfigFile file, Watch watch) :
    shard_(shard),
    started_(started),
    running_(started),
    file_(std::move(file)),
    watch_(std::move(watch)),
    worker_(shard.loop) {
    const config::Unapplied unapplied{{}, shard.plugins.not_running()};
    if (!unapplied.empty())
        running_.effective = config::in_force(started.effective, started.effective, unapplied);
}

void Reload::ask(Done done) {
    if (done) waiting_.push_back(std::move(done));
    wanted_ = true;
    if (!worker_.is_at_work()) begin();
}

void Reload::stop() {
    stopping_ = true;
    std::vector<Done> told = std::exchange(served_, {});
    for (Done &done : std::exchange(waiting_, {}))
        told.push_back(std::move(done));
    Reloaded late;
    late.became = Reloaded::Became::stopping;
    for (const Done &done : told)
        done(late);
}

// With the built-in configuration too: `done` is never called inside ask().
void Reload::begin() {
    wanted_ = false;
    served_ = std::exchange(waiting_, {});
    if (watch_.begins) watch_.begins();
    const auto what = std::make_shared<Read>();
    worker_.run([this, what] { read(*what); }, [this, what] { finish(what); });
}

void Reload::read(Read &what) const {
    if (file_.path.empty()) return;
    // Reading a FIFO would block until somebody writes.
    what.config = file_.load(base::Wanted::regular, what.faults);
    if (!what.faults.empty()) return;
    check_settings(what.config, what.faults);
    warn_of_certificates(what.config, base::unix_ms());
    what.changed = config::changed(running_.effective, what.config.effective);
    what.restart = config::needs_restart(started_, what.config);
    what.in_force = config::in_force(running_.effective, what.config.effective, {});
}

void Reload::finish(const std::shared_ptr<Read> &what) {
    Reloaded &out = what->out;
    out.config = file_.path;
    if (stopping_)
        out.became = Reloaded::Became::stopping;
    else if (file_.path.empty())
        out.became = Reloaded::Became::built_in;
    else
        apply(*what);
    if (what->unapplied.empty()) return end(*what);
    worker_.run( // for a large configuration it takes long
        [this, what] {
            what->in_force =
                config::in_force(what->config.effective, running_.effective, what->unapplied);
        },
        [this, what] {
            running_.effective = what->in_force;
            if (stopping_) what->out.became = Reloaded::Became::stopping;
            end(*what);
        });
}

void Reload::end(Read &what) {
    const Reloaded &out = what.out;
    tell(out);
    if (watch_.ends) watch_.ends(out);
    for (const Done &done : std::exchange(served_, {}))
        done(out);
    if (wanted_ && !stopping_) begin();
}

void Reload::apply(Read &what) {
    Reloaded &out = what.out;
    if (what.faults.empty()) check_plugins(libraries_, what.config, what.faults);
    if (what.faults.empty()) check_running(what.config, shard_.server, what.faults);
    if (!what.faults.empty()) {
        out.faults = std::move(what.faults);
        out.became = Reloaded::Became::refused;
        return;
    }
    out.changed = std::move(what.changed);
    out.restart = std::move(what.restart);
    try {
        out.credentials = what.config.credentials;
        out.plugins = shard_.apply(what.config); // the point of no return
        std::swap(running_, what.config);
        for (const auto &failure : out.plugins)
            (failure.left == Left::as_it_was ? what.unapplied.kept : what.unapplied.stopped)
                .push_back(failure.instance);
        if (what.unapplied.empty()) running_.effective = what.in_force;
    } catch (const std::exception &e) {
        out.became = Reloaded::Became::failed;
        out.why = reason(e);
    }
}

void Reload::tell(const Reloaded &what) const {
    log::Logger &log = shard_.log;
    switch (what.became) {
    case Reloaded::Became::refused:
        for (const auto &fault : what.faults.list())
            log.error("configuration not reloaded", {{"fault", text(fault)}});
        return;
    case Reloaded::Became::failed:
        log.error("configuration applied only in part", {{"why", what.why}});
        return;
    case Reloaded::Became::built_in:
        log.warning("nothing to reload: running the built-in configuration");
        return;
    case Reloaded::Became::stopping: return;
    case Reloaded::Became::applied: break;
    }
    log.notice(
        "configuration reloaded",
        {{"config", what.config},
         {"changed", what.changed.empty() ? "nothing that can be seen" : listed(what.changed)}});
    for (const auto &warning : running_.warnings)
        log.warning("configuration", {{"warning", text(warning)}});
    for (const auto &failure : what.plugins)
        log.error(failure.left == Left::as_it_was ? "plugin kept its old configuration"
                                                  : "plugin did not start",
                  {{"plugin", failure.instance}, {"why", failure.text}});
    if (!what.restart.empty())
        log.warning("these keys changed and need a restart", {{"keys", listed(what.restart)}});
    if (!what.credentials.empty())
        log.notice("credentials are as systemd copied them when the service started: restart it to "
                   "change one",
                   {{"credentials", listed(what.credentials)}});
}

} // namespace roomd::app
