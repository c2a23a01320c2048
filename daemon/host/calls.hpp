#pragma once

#include "base/bucket.hpp"
#include "base/clock.hpp"
#include "log/log.hpp"
#include "metrics/histogram.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace roomd::host {

// What the host calls a plugin for.
enum class Call : std::uint8_t {
    start,
    reload,
    stop,
    connect,
    connected,
    connect_failed,
    disconnect,
    join,
    event,
    request,
    room,
    publish,
    emitted,
    answer,
    answers,
    store,
    spool,
    timer,
    watch,
    post,
    on_drain,
    members,
    clients,
    describe,
    find,
    moved,
    stats
};
inline constexpr std::size_t call_kinds = static_cast<std::size_t>(Call::stats) + 1;
const char *text(Call) noexcept;

// Calls into one plugin: each is timed, and those that take long are counted and logged, at most
// one a second after a burst.  An exception that a plugin lets out is caught before it meets a C
// frame, counted and logged.
class Calls {
public:
    Calls(log::Logger &log, std::string plugin, base::Duration slow) :
        log_(log),
        plugin_(std::move(plugin)),
        slow_(slow) {}

    // Returns what `fn` returns, or `otherwise` when it throws.
    template <class R, class Fn> R call(Call what, R otherwise, Fn fn) noexcept {
        const auto begin = std::chrono::steady_clock::now();
        R result = otherwise;
        try {
            result = fn();
        } catch (...) {
            threw(what);
        }
        const auto took = std::chrono::steady_clock::now() - begin;
        times_[static_cast<std::size_t>(what)].observe(took);
        if (took >= slow_) slow(what, took);
        return result;
    }
    template <class Fn> void run(Call what, Fn fn) noexcept {
        call(what, 0, [&] {
            fn();
            return 0;
        });
    }

    std::uint64_t slow_count() const noexcept { return slow_count_; }
    std::uint64_t threw_count() const noexcept { return threw_count_; }
    const std::array<metrics::CallTimes, call_kinds> &times() const noexcept { return times_; }

private:
    void threw(Call) noexcept;
    void slow(Call, std::chrono::steady_clock::duration took) noexcept;

    log::Logger &log_;
    std::string plugin_;
    base::Duration slow_;
    base::Bucket lines_; // of log
    std::uint64_t slow_count_ = 0, threw_count_ = 0;
    std::array<metrics::CallTimes, call_kinds> times_{};
};

} // namespace roomd::host
