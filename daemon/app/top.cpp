#include "app/top.hpp"

#include "app/process.hpp"
#include "app/shard.hpp"
#include "json/object.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace roomd::app {
namespace {

constexpr std::size_t shown = 10; // of each list

std::string list_of(const metrics::Busiest &busiest) {
    json::List out;
    for (const metrics::Busiest::One &one : busiest.first(shown))
        out.raw(json::Object()
                    .text("name", one.name)
                    .number("emits", one.count)
                    .number("error", one.error)
                    .done());
    return out.done();
}

// All calls into each instance.
std::string plugins_of(const host::Registry &plugins) {
    json::List out;
    for (const host::CallReport &report : plugins.calls()) {
        std::uint64_t calls = 0;
        double seconds = 0, most = 0;
        const char *slowest = "";
        for (std::size_t i = 0; i < report.times.size(); ++i) {
            calls += report.times[i].count();
            seconds += report.times[i].seconds();
            if (report.times[i].seconds() <= most) continue;
            most = report.times[i].seconds();
            slowest = text(static_cast<host::Call>(i));
        }
        out.raw(json::Object()
                    .text("name", report.instance)
                    .number("calls", calls)
                    .number("us", static_cast<std::uint64_t>(seconds * 1e6))
                    .text("hook", slowest)
                    .done());
    }
    return out.done();
}

std::string keys_of(const Shard &shard) {
    std::vector<std::pair<std::string, std::uint64_t>> keys; // with their emits
    shard.router.counters().keys.each(
        [&](const auto &names, std::uint64_t emits) { keys.emplace_back(names[0], emits); });
    std::sort(keys.begin(), keys.end());
    json::List out;
    for (const auto &[name, emits] : keys) {
        std::uint64_t limited = 0;
        shard.key_rates.each(
            [&, wanted = std::string_view(name)](std::string_view key, auto count) {
                if (key == wanted) limited = count;
            });
        out.raw(json::Object()
                    .text("name", name)
                    .number("emits", emits)
                    .number("limited", limited)
                    .done());
    }
    return out.done();
}

} // namespace

Top::Top(Shard &shard) : shard_(shard) {}

Top::~Top() {
    shard_.router.unwatch(busy_);
}

std::string Top::page(const std::string &stats) {
    const base::Time now = shard_.loop.now();
    const base::Duration window = watching_ ? now - asked_ : base::Duration{};
    asked_ = now;
    json::Object out;
    out.raw("stats", stats)
        .number("window_ms", static_cast<std::uint64_t>(window.count()))
        .number("resident_bytes", resident_bytes())
        .number("cpu_us", static_cast<std::uint64_t>(cpu_seconds() * 1e6))
        .raw("events", list_of(busy_.events))
        .raw("rooms_busy", list_of(busy_.rooms))
        .raw("keys", keys_of(shard_))
        .raw("plugins", plugins_of(shard_.plugins));
    busy_.clear();
    if (!std::exchange(watching_, true)) shard_.router.watch(busy_);
    return out.done();
}

void Top::tick() {
    if (!watching_ || shard_.loop.now() < asked_ + patience) return;
    watching_ = false;
    shard_.router.unwatch(busy_);
    busy_.clear();
}

} // namespace roomd::app
