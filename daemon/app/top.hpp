#pragma once

#include "base/clock.hpp"
#include "dispatch/busy.hpp"

#include <cstdint>
#include <string>

namespace roomd::app {

struct Shard;

// What `roomd top` shows.  Which events and rooms are busiest is counted only while somebody asks
// every few seconds; each answer has what came since the one before.
class Top {
public:
    explicit Top(Shard &);
    ~Top();
    Top(const Top &) = delete;
    Top &operator=(const Top &) = delete;

    // Counters since the start, gauges, and the lists, as the members of a JSON object that begins
    // with `stats`, another one.
    std::string page(const std::string &stats);
    void tick(); // stops counting when nobody asks any more
    bool watching() const noexcept { return watching_; }

private:
    static constexpr base::Duration patience{10000}; // without being asked

    Shard &shard_;
    dispatch::Busy busy_;
    base::Time asked_{};
    bool watching_ = false;
};

} // namespace roomd::app
