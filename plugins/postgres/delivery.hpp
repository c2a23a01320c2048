#pragma once

#include "postgres/connection.hpp"
#include "postgres/progress.hpp"
#include "postgres/result.hpp"
#include "postgres/while_alive.hpp"

#include <roomd/plugin.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace roomd::postgres {

// Sends rows of roomd.log to clients, in order, as fast as the host takes them and no faster than
// `rate`.
class Delivery {
public:
    // Reads the rows that take() takes: those above seq $1, at most $2 of them.
    static std::string query(std::int64_t schema);
    // The rows themselves, as the log has them.
    static std::string rows(std::int64_t schema);

    // Told of a row that the host refuses for good.
    using Refused = std::function<void(const Position &, const std::string &reason)>;

    Delivery(Host &, std::uint32_t rate, Refused);

    // Sends one row and notes that in the progress.  wait: not yet, because of the host, and then
    // resume() is due on a drain, or of the rate, and then after paused().
    Connection::Go take(const Result &row, Progress &);
    void limit(std::uint32_t rate) { rate_ = rate; }
    // How long to wait because of the rate; zero: not because of it.
    std::chrono::milliseconds paused() const { return paused_; }
    double last_age() const { return age_; } // of the last row, in seconds

private:
    bool allowed();
    roomd_status send(const Result &row, const Position &);
    roomd_status act(const Result &row);

    Host &host_;
    double rate_, allowance_ = 0;
    Clock::time_point refilled_{};
    std::chrono::milliseconds paused_{0};
    double age_ = 0;
    Refused refused_;
    Counter dispatched_, expired_, missing_;
    Histogram lag_;
    WhileAlive while_alive_;
};

} // namespace roomd::postgres
