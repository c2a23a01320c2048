#pragma once

#include "base/bucket.hpp"
#include "base/clock.hpp"
#include "log/log.hpp"

#include <chrono>
#include <cstdint>
#include <string>

namespace roomd::host {

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
    template <class R, class Fn> R call(const char *what, R otherwise, Fn fn) noexcept {
        const auto begin = std::chrono::steady_clock::now();
        R result = otherwise;
        try {
            result = fn();
        } catch (...) {
            threw(what);
        }
        const auto took = std::chrono::steady_clock::now() - begin;
        if (took >= slow_) slow(what, took);
        return result;
    }
    template <class Fn> void run(const char *what, Fn fn) noexcept {
        call(what, 0, [&] {
            fn();
            return 0;
        });
    }

    std::uint64_t slow_count() const noexcept { return slow_count_; }
    std::uint64_t threw_count() const noexcept { return threw_count_; }

private:
    void threw(const char *what) noexcept;
    void slow(const char *what, std::chrono::steady_clock::duration took) noexcept;

    log::Logger &log_;
    std::string plugin_;
    base::Duration slow_;
    base::Bucket lines_; // of log
    std::uint64_t slow_count_ = 0, threw_count_ = 0;
};

} // namespace roomd::host
