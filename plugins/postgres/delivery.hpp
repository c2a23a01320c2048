#pragma once

#include "postgres/connection.hpp"
#include "postgres/result.hpp"

#include <roomd/plugin.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace roomd::postgres {

// Rows of roomd.log to clients, in order, as fast as the host takes them and no faster than `rate`.
class Delivery {
public:
    // What a row is read with; those behind `seq` $1, at most $2.
    static const char *const query;

    struct Cursor {
        std::string epoch;
        std::int64_t seq = 0;
        std::string logged_at; // of that row, UTC; empty: not known
    };
    // A row that the host refuses for good.
    using Bury =
        std::function<void(const std::string &epoch, std::int64_t seq, const std::string &reason)>;

    Delivery(Host &, std::uint32_t rate, Bury);

    // Sends one row and moves the cursor behind it; wait: the host or the rate says later, and
    // resume() is due on a drain, or at once when paused() says how long.
    Connection::Go take(const Result &row, Cursor &);
    void limit(std::uint32_t rate) { rate_ = rate; }
    // How long the rate says to wait; zero: it does not.
    std::chrono::milliseconds paused() const { return paused_; }
    double last_age() const { return age_; } // of the last row, in seconds

private:
    bool allowed();

    Host &host_;
    double rate_, allowance_ = 0;
    Clock::time_point refilled_{};
    std::chrono::milliseconds paused_{0};
    double age_ = 0;
    Bury bury_;
    Counter dispatched_, expired_, missing_;
};

} // namespace roomd::postgres
