#pragma once

#include "webhook/line.hpp"

#include <roomd/plugin.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

namespace roomd::webhook {

// Questions to the backend that wait for their turn: those of one client one after the other, in
// order; those of many at the same time, up to a bound.  Each has a number and a deadline.
class Lanes {
public:
    struct Bounds {
        std::size_t under_way = 16;
        std::size_t waiting = 1000;   // of all clients
        std::size_t per_client = 32;  // waiting or under way
        std::size_t bytes = 16 << 20; // of all, waiting or under way
    };
    explicit Lanes(const Bounds &bounds) : bounds_(bounds) {}
    void set_bounds(const Bounds &bounds) noexcept { bounds_ = bounds; }

    // False: there is no room.
    bool add(std::uint64_t number, roomd_client, Time deadline, std::size_t bytes);
    // One whose turn it is: under way from now on.
    std::optional<std::uint64_t> next();
    void ended(std::uint64_t number); // waiting or under way; none of that number: nothing
    // Those whose deadline has passed; they have ended.
    std::vector<std::uint64_t> expired(Time now);
    std::optional<Time> next_deadline() const;
    std::size_t size() const noexcept { return questions_.size(); }
    Time deadline(std::uint64_t number) const { return questions_.at(number).deadline; }

private:
    struct Question {
        roomd_client client;
        Time deadline;
        std::size_t bytes;
    };
    struct Lane {
        std::deque<std::uint64_t> waiting;
        std::uint64_t under_way = 0; // 0: none
    };

    Bounds bounds_;
    std::unordered_map<std::uint64_t, Question> questions_;
    std::unordered_map<roomd_client, Lane> lanes_;
    std::deque<roomd_client> ready_; // lanes with somebody waiting and nobody under way
    std::set<std::pair<Time, std::uint64_t>> deadlines_;
    std::size_t under_way_ = 0;
    std::size_t bytes_ = 0;
};

} // namespace roomd::webhook
