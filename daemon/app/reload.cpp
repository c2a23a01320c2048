#include "app/reload.hpp"

#include "app/checking.hpp"
#include "app/shard.hpp"
#include "config/diff.hpp"

#include <exception>
#include <utility>

namespace roomd::app {
Reload::Reload(Shard &shard, const config::Config &started, ConfigFile file) :
    shard_(shard),
    started_(started),
    running_(started),
    file_(std::move(file)) {}

Reloaded Reload::operator()() {
    Reloaded what = read_and_apply();
    tell(what);
    return what;
}

Reloaded Reload::read_and_apply() {
    Reloaded out;
    out.config = file_.path;
    if (file_.path.empty()) {
        out.became = Reloaded::Became::built_in;
        return out;
    }
    config::Config next = file_.read(libraries_, out.faults);
    if (out.faults.empty()) check_settings(next, &shard_.server, out.faults);
    if (!out.faults.empty()) {
        out.became = Reloaded::Became::refused;
        return out;
    }
    out.restart = config::needs_restart(started_, next);
    try {
        out.kept = shard_.apply(next); // the point of no return
        running_ = std::move(next);
    } catch (const std::exception &e) {
        out.became = Reloaded::Became::failed;
        out.why = reason(e);
    }
    return out;
}

void Reload::tell(const Reloaded &what) const {
    log::Logger &log = shard_.log;
    switch (what.became) {
    case Reloaded::Became::refused:
        for (const auto &fault : what.faults.list())
            log.error("configuration not reloaded", {{"fault", text(fault)}});
        return;
    case Reloaded::Became::failed:
        log.error("configuration reloaded in part", {{"why", what.why}});
        return;
    case Reloaded::Became::built_in:
        log.warning("nothing to reload: running the built-in configuration");
        return;
    case Reloaded::Became::stopping: return;
    case Reloaded::Became::applied: break;
    }
    log.notice("configuration reloaded", {{"config", what.config}});
    for (const auto &failure : what.kept)
        log.error("plugin kept its old configuration",
                  {{"plugin", failure.instance}, {"why", failure.text}});
    std::string late;
    for (const auto &key : what.restart)
        late += (late.empty() ? "" : ", ") + key;
    if (!late.empty()) log.warning("these keys changed and need a restart", {{"keys", late}});
}

} // namespace roomd::app
