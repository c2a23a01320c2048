#pragma once

#include "webhook/batch.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace roomd::webhook {

using Time = std::chrono::steady_clock::time_point;
using Milliseconds = std::chrono::milliseconds;

// Entries on their way to the backend, in order, and the batch of them that is under way.  Each has
// a number, one more than that of the entry before.  It keeps at most so many bytes; then the
// oldest that are not under way are dropped, and a `gap` in their place says which.
class Line {
public:
    struct Bounds {
        std::size_t bytes = 16 << 20;   // kept in memory
        std::size_t batch_events = 100; // in one batch
        // A batch ends with the entry that reaches this, or a quarter of `bytes`.
        std::size_t batch_bytes = 1 << 20;
        Milliseconds wait{250}; // how long an entry waits for others
        unsigned refusals = 5;  // of one batch, until it is dropped
    };
    enum class When { in_time, at_once };

    // `epoch` names this run of the daemon, `node` the daemon.
    Line(std::string epoch, std::string node, const Bounds &bounds);
    void set_bounds(const Bounds &); // holds for what comes

    // `members`: of a JSON object, as text, without braces.  Gives how many entries were dropped.
    std::size_t add(const std::string &members, Time now);

    // The batch to send now, or null: there is none, it is not time yet, or one is under way.  The
    // text is the same at each try and valid until accepted() or a refused() that drops it.
    const std::string *begin(Time now, When);
    // What became of it.  refused() gives how many entries were dropped with it, 0: it is tried
    // again.
    std::size_t accepted(); // how many entries it had
    void failed(Time again);
    std::size_t refused(int status, Time again);
    // It can go nowhere: gives how many entries are dropped.
    std::size_t lost(Time now);

    // When begin() may give something; none while a batch is under way or there is nothing.
    std::optional<Time> next() const;
    bool empty() const noexcept { return !batch_ && !has_waiting(); }
    bool full_batch() const noexcept { return waiting_.size() >= bounds_.batch_events; }
    bool under_way() const noexcept { return under_way_; }
    std::size_t bytes() const noexcept { return bytes_; }
    const std::string &epoch() const noexcept { return epoch_; }

private:
    struct Entry {
        std::uint64_t number;
        Time since;
        std::string text;
    };
    // Numbers that are missing, in front of everything that waits.
    struct Missing : Gap {
        Time since;
    };
    struct Batch {
        std::string text;
        std::uint64_t first, last;
        std::size_t entries;
        unsigned refusals = 0;
    };

    static std::size_t cost(const Entry &) noexcept;
    bool has_waiting() const noexcept { return gap_ || !waiting_.empty(); }
    void drop_oldest();
    void widen_gap(std::uint64_t from, std::uint64_t to, Time now);
    void make_batch();
    std::size_t drop_batch(Time now);

    std::string epoch_, node_;
    Bounds bounds_;
    std::deque<Entry> waiting_;
    std::optional<Missing> gap_;
    std::optional<Batch> batch_;
    bool under_way_ = false;
    Time again_{}; // of the batch
    std::size_t bytes_ = 0;
    std::uint64_t last_ = 0;
};

} // namespace roomd::webhook
