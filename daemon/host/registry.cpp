#include "host/registry.hpp"

#include "base/random.hpp"
#include "dispatch/router.hpp"
#include "host/hooks.hpp"
#include "host/lifecycle.hpp"
#include "host/moves.hpp"
#include "host/questions.hpp"
#include "host/spool.hpp"
#include "host/store.hpp"
#include "log/log.hpp"
#include "loop/loop.hpp"
#include "loop/timer.hpp"
#include "loop/wakeup.hpp"

#include <algorithm>
#include <cassert>
#include <exception>
#include <stdexcept>
#include <utility>

namespace roomd::host {
namespace {

// A plugin whose every callback asks for another one must not hold the loop: after this many rounds
// the sockets get their turn.
constexpr int max_rounds = 16;
// Deadlines of tickets are checked no more often than this.
constexpr base::Duration tick_every{50};

} // namespace

struct Registry::Impl {
    Impl(const Options &given, loop::Loop &loop, dispatch::Router &router, Http &http,
         log::Logger &log) :
        options(given),
        libraries(options.directory),
        wakeup(loop, [this] { drain(); }),
        deadlines(loop, [this] { tick(); }),
        services{options,
                 loop,
                 router,
                 http,
                 log,
                 wakeup,
                 [this] { drain(); },
                 [this] { watch_time(); }},
        moves(loop, [this] { drain(); }),
        hooks(plugins, services, questions) {
        services.emit_prefix = base::random_id().substr(0, 12);
    }

    void drain() {
        if (draining) return; // the one under way goes on until the lines are empty
        draining = true;
        bool more = true;
        for (int round = 0; more && round < max_rounds; ++round) {
            more = hooks.tell_rooms();
            for (const auto &plugin : plugins)
                more = plugin->work_off() || more;
        }
        draining = false;
        if (more) wakeup.wake();
    }

    void watch_time() {
        if (watching_time) return;
        watching_time = true;
        deadlines.after(tick_every);
    }

    void tick() {
        watching_time = false;
        const base::Time now = services.loop.now();
        bool open = false;
        for (const auto &plugin : plugins) {
            plugin->tick(now);
            open = open || plugin->instance().intake().next_deadline().has_value();
        }
        drain();
        if (open) watch_time(); // an idle process is not woken
    }

    std::unique_ptr<Lifecycle> made(PluginEntry entry) {
        const Library &library = libraries.open(entry.name, entry.file);
        return std::make_unique<Lifecycle>(services, questions, moves, store, spool, library,
                                           std::move(entry));
    }

    void started(const Instance &instance) {
        services.log.info("plugin started", {{"plugin", instance.entry().label()},
                                             {"version", instance.library().table().version},
                                             {"file", instance.library().file()}});
    }

    // Who asks it in a stop() finds it there: it is stopped last.
    bool is_spool(Lifecycle &plugin) const {
        return services.spooler.intake == &plugin.instance().intake();
    }

    // Stops one and starts another in its place.
    bool replace(std::unique_ptr<Lifecycle> &place, const PluginEntry &entry, std::string &why) {
        place->stop();
        try {
            place = made(entry);
            place->start();
        } catch (const std::exception &e) {
            why = e.what();
            return false;
        }
        started(place->instance());
        return true;
    }

    Options options;
    Libraries libraries;
    loop::Wakeup wakeup;
    loop::Timer deadlines;
    Services services;
    Questions questions;
    Moves moves;
    Store store;
    Spool spool;
    std::vector<std::unique_ptr<Lifecycle>> plugins; // in the order of the configuration
    PluginHooks hooks;
    bool draining = false;
    bool watching_time = false;
};

Registry::Registry(const Options &options, loop::Loop &loop, dispatch::Router &router, Http &http,
                   log::Logger &log) :
    impl_(std::make_unique<Impl>(options, loop, router, http, log)) {}

Registry::~Registry() {
    stop();
}

std::vector<EntryFault> Registry::check(const std::vector<PluginEntry> &entries) {
    return host::check(impl_->libraries, entries);
}

std::vector<std::size_t> Registry::guarded(const std::vector<PluginEntry> &entries) {
    return host::guarded(impl_->libraries, entries);
}

void Registry::load(std::vector<PluginEntry> entries) {
    assert(impl_->plugins.empty());
    const std::vector<EntryFault> faults = check(entries);
    if (!faults.empty()) {
        const EntryFault &first = faults.front();
        throw std::runtime_error("plugin " + entries[first.entry].label() + ": " + first.pointer +
                                 (first.pointer.empty() ? "" : ": ") + first.text);
    }
    for (PluginEntry &entry : entries) {
        if (entry.enabled) impl_->plugins.push_back(impl_->made(std::move(entry)));
    }
}

void Registry::start() {
    for (const auto &plugin : impl_->plugins) {
        try {
            plugin->start();
        } catch (const std::exception &e) {
            if (plugin->entry().required) {
                stop();
                throw;
            }
            impl_->services.log.error("plugin did not start",
                                      {{"plugin", plugin->entry().label()}, {"why", e.what()}});
            continue;
        }
        impl_->started(plugin->instance());
    }
    drain();
}

std::vector<Registry::Failure> Registry::reload(std::vector<PluginEntry> entries) {
    using Left = Failure::Left;
    std::vector<Failure> failures;
    const auto find = [&](const std::string &label) {
        return std::find_if(impl_->plugins.begin(), impl_->plugins.end(),
                            [&](const auto &one) { return one->entry().label() == label; });
    };
    // Those to be stopped come first, so that what they held (a route, a port) is free.
    const auto stays = [&](const std::unique_ptr<Lifecycle> &one) {
        return std::any_of(entries.begin(), entries.end(), [&](const PluginEntry &e) {
            return e.enabled && e.label() == one->entry().label();
        });
    };
    const auto leaving = std::stable_partition(impl_->plugins.begin(), impl_->plugins.end(), stays);
    std::stable_partition(leaving, impl_->plugins.end(),
                          [&](const auto &one) { return !impl_->is_spool(*one); });
    for (auto it = leaving; it != impl_->plugins.end(); ++it) {
        (*it)->stop();
        impl_->services.data.erase((*it)->entry().label());
    }
    impl_->plugins.erase(leaving, impl_->plugins.end());
    for (const PluginEntry &entry : entries) {
        if (!entry.enabled) continue;
        std::string why;
        const auto found = find(entry.label());
        if (found == impl_->plugins.end()) {
            try {
                impl_->plugins.push_back(impl_->made(entry));
                impl_->plugins.back()->start();
                impl_->started(impl_->plugins.back()->instance());
            } catch (const std::exception &e) {
                failures.push_back({entry.label(), e.what(), Left::stopped});
            }
            continue;
        }
        std::unique_ptr<Lifecycle> &place = *found;
        const PluginEntry before = place->entry();
        const bool same_code = before.name == entry.name && before.file == entry.file;
        if (same_code && place->running() && place->has_reload()) {
            if (!place->reload(entry, why))
                failures.push_back({entry.label(), why, Left::as_it_was});
            continue;
        }
        if (same_code && place->running() && before.config_json == entry.config_json) {
            place->instance().intake().set_budget(entry.budget);
            continue;
        }
        const bool ran = place->running();
        if (impl_->replace(place, entry, why)) continue;
        failures.push_back({entry.label(), why, Left::stopped});
        std::string again;
        if (ran && impl_->replace(place, before, again)) failures.back().left = Left::as_it_was;
        if (!again.empty()) failures.push_back({entry.label(), again, Left::stopped});
    }
    // The order of the configuration is the order in which hooks are asked.
    std::stable_sort(
        impl_->plugins.begin(), impl_->plugins.end(), [&](const auto &a, const auto &b) {
            const auto rank = [&](const std::string &label) {
                return std::find_if(entries.begin(), entries.end(),
                                    [&](const PluginEntry &e) { return e.label() == label; });
            };
            return rank(a->entry().label()) < rank(b->entry().label());
        });
    drain();
    return failures;
}

void Registry::drain() {
    impl_->drain();
}

void Registry::stop() {
    drain();
    Lifecycle *spool = nullptr;
    for (auto it = impl_->plugins.rbegin(); it != impl_->plugins.rend(); ++it) {
        if (impl_->is_spool(**it))
            spool = it->get();
        else
            (*it)->stop();
    }
    if (spool != nullptr) spool->stop();
}

dispatch::Hooks &Registry::hooks() noexcept {
    return impl_->hooks;
}

std::vector<std::string> Registry::kept_headers() const {
    std::vector<std::string> names;
    for (const auto &plugin : impl_->plugins) {
        const auto &kept = plugin->instance().handles().kept_headers();
        names.insert(names.end(), kept.begin(), kept.end());
    }
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    return names;
}

std::vector<InstanceHealth> Registry::health() const {
    std::vector<InstanceHealth> all;
    for (const auto &plugin : impl_->plugins)
        all.push_back(health_of(*plugin));
    return all;
}

std::vector<std::string> Registry::not_running() const {
    std::vector<std::string> labels;
    for (const auto &plugin : impl_->plugins)
        if (!plugin->running()) labels.push_back(plugin->entry().label());
    return labels;
}

bool Registry::ready() const {
    const std::vector<InstanceHealth> all = health();
    return std::none_of(all.begin(), all.end(), [](const InstanceHealth &one) {
        return one.required && one.state != State::up;
    });
}

std::vector<Metric> Registry::metrics() const {
    std::vector<Metric> all;
    for (const auto &plugin : impl_->plugins)
        append_metrics(*plugin, all);
    return all;
}

std::vector<CallReport> Registry::calls() const {
    std::vector<CallReport> all;
    for (const auto &plugin : impl_->plugins)
        all.push_back(calls_of(*plugin));
    return all;
}

} // namespace roomd::host
