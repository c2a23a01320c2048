#include "app/reload.hpp"

#include "app/checking.hpp"
#include "app/shard.hpp"
#include "config/diff.hpp"

#include <exception>
#include <memory>
#include <utility>

namespace roomd::app {

struct Reload::Read {
    config::Config config;
    config::Faults faults;
    std::vector<std::string> restart;
};

Reload::Reload(Shard &shard, const config::Config &started, ConfigFile file, Watch watch) :
    shard_(shard),
    started_(started),
    running_(started),
    file_(std::move(file)),
    watch_(std::move(watch)),
    worker_(shard.loop) {}

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
    worker_.run([this, what] { read(*what); }, [this, what] { finish(*what); });
}

void Reload::read(Read &what) const {
    if (file_.path.empty()) return;
    // Reading a FIFO would block until somebody writes.
    what.config = file_.load(base::Wanted::regular, what.faults);
    if (!what.faults.empty()) return;
    check_settings(what.config, what.faults);
    what.restart = config::needs_restart(started_, what.config);
}

void Reload::finish(Read &what) {
    Reloaded out;
    out.config = file_.path;
    if (stopping_)
        out.became = Reloaded::Became::stopping;
    else if (file_.path.empty())
        out.became = Reloaded::Became::built_in;
    else
        apply(what, out);
    tell(out);
    if (watch_.ends) watch_.ends(out);
    for (const Done &done : std::exchange(served_, {}))
        done(out);
    if (wanted_ && !stopping_) begin();
}

void Reload::apply(Read &what, Reloaded &out) {
    if (what.faults.empty()) check_plugins(libraries_, what.config, what.faults);
    if (what.faults.empty()) check_running(what.config, shard_.server, what.faults);
    if (!what.faults.empty()) {
        out.faults = std::move(what.faults);
        out.became = Reloaded::Became::refused;
        return;
    }
    out.restart = std::move(what.restart);
    try {
        out.kept = shard_.apply(what.config); // the point of no return
        std::swap(running_, what.config);
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
    log.notice("configuration reloaded", {{"config", what.config}});
    for (const auto &warning : running_.warnings)
        log.warning("configuration", {{"warning", text(warning)}});
    for (const auto &failure : what.kept)
        log.error("plugin kept its old configuration",
                  {{"plugin", failure.instance}, {"why", failure.text}});
    std::string late;
    for (const auto &key : what.restart)
        late += (late.empty() ? "" : ", ") + key;
    if (!late.empty()) log.warning("these keys changed and need a restart", {{"keys", late}});
}

} // namespace roomd::app
