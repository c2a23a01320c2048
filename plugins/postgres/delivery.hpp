#pragma once

#include "postgres/connection.hpp"
#include "postgres/progress.hpp"
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

    // Told of a row that the host refuses for good.
    using Refused = std::function<void(const Position &, const std::string &reason)>;

    Delivery(Host &, std::uint32_t rate, Refused);

    // Sends one row, which is sent from then on; wait: the host or the rate says later, and
    // resume() is due on a drain, or at once when paused() says how long.
    Connection::Go take(const Result &row, Progress &);
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
    Refused refused_;
    Counter dispatched_, expired_, missing_;
};

} // namespace roomd::postgres
