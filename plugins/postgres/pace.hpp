#pragma once

#include <algorithm>
#include <chrono>

namespace roomd::postgres {

// When the loop of the outbox looks again: soon while there is work, then more and more rarely.
// And when it tells the database where it is, and when it trims the log.
class Pace {
public:
    using Clock = std::chrono::steady_clock;
    using Duration = std::chrono::milliseconds;
    static constexpr Duration report_every = std::chrono::seconds(10);
    static constexpr Duration trim_every = std::chrono::minutes(60);

    void looks(Clock::time_point now) noexcept { looked_at_ = now; }
    // There was something.
    void found_work() noexcept { pause_ = Duration(0); }
    // How long to rest until the next look, from `least` at first up to `most`; 1 ms or more.
    // The time a query took is not rest: the rest counts from the beginning of the query.
    Duration rest(Clock::time_point now, Duration least, Duration most) noexcept {
        pause_ = std::clamp(pause_ * 2, least, most);
        const auto since = std::chrono::duration_cast<Duration>(now - looked_at_);
        return std::max(pause_ - since, Duration(1));
    }

    void reports(Clock::time_point now) noexcept { report_at_ = now + report_every; }
    bool report_is_due(Clock::time_point now) const noexcept { return now >= report_at_; }

    // Daemons that start together need not trim together: `first` is of each its own.
    void begin_trimming(Clock::time_point first) noexcept {
        if (trim_at_ == Clock::time_point()) trim_at_ = first;
    }
    void trims(Clock::time_point now) noexcept { trim_at_ = now + trim_every; }
    bool trim_is_due(Clock::time_point now) const noexcept { return now >= trim_at_; }

private:
    Duration pause_{0};
    Clock::time_point looked_at_{}, report_at_{}, trim_at_{};
};

} // namespace roomd::postgres
