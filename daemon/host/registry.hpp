#pragma once

#include "dispatch/hooks.hpp"
#include "host/check.hpp"
#include "host/http.hpp"
#include "host/library.hpp"
#include "host/options.hpp"
#include "host/report.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace roomd::dispatch {
class Router;
}
namespace roomd::log {
class Logger;
}
namespace roomd::loop {
class Loop;
}

namespace roomd::host {

// All plugins of one shard, from load to stop.  Every call on the loop's thread.
class Registry {
public:
    Registry(const Options &, loop::Loop &, dispatch::Router &, Http &, log::Logger &);
    ~Registry(); // stop() has been called or nothing was started
    Registry(const Registry &) = delete;
    Registry &operator=(const Registry &) = delete;

    // As host::check(), with the libraries of this registry.
    std::vector<EntryFault> check(const std::vector<PluginEntry> &);
    std::vector<std::size_t> guarded(const std::vector<PluginEntry> &);

    // Takes entries that check() found good; throws for what it would have found.  Once.
    void load(std::vector<PluginEntry>);
    // In the order of the entries.  Throws when a required one fails, after stopping the others;
    // one that is not required is logged and counts as down.
    void start();

    struct Failure {
        enum class Left : std::uint8_t { as_it_was, stopped };
        std::string instance, text;
        Left left;
    };
    // Past the point of no return: entries that check() found good.  Instances are matched by
    // their label; what fails is named: it runs on with its old configuration, or does not run.
    std::vector<Failure> reload(std::vector<PluginEntry>);

    // Carries out what plugins have in line.  To be called from before_blocking; the host itself
    // calls it after each call into a plugin.
    void drain();

    // By their labels: those that are loaded, but did not start.
    std::vector<std::string> not_running() const;

    // In reverse order.  What the plugins emitted is with the Router when it returns.
    void stop();

    dispatch::Hooks &hooks() noexcept;
    // Lower-case names that plugins asked to keep; known after start(), may grow by a reload().
    std::vector<std::string> kept_headers() const;
    std::vector<InstanceHealth> health() const;
    bool ready() const; // every required one is started and up
    std::vector<Metric> metrics() const;
    std::vector<CallReport> calls() const; // of those that run, and of those that do not

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace roomd::host
