#pragma once

#include "postgres/connection.hpp"

#include <roomd/plugin.hpp>

#include <cstdint>
#include <deque>
#include <set>
#include <string>

namespace roomd::postgres {

// Events of the log that cannot be sent, on their way into roomd.dead: one at a time, and again
// where the connection was lost over one.  One whose content the database does not take is logged
// as lost and does not hold up the next.  Bounded: beyond that they are only counted and logged.
class DeadLetters {
public:
    DeadLetters(Host &host, Connection &connection) :
        dead_(host.counter("dead_total", "Events that cannot be sent, put into roomd.dead.")),
        host_(host),
        connection_(connection) {}

    void add(const std::string &epoch, std::int64_t seq, const std::string &reason);
    // The sequencer has put this many there.
    void sequenced(std::int64_t rows);
    // The connection is there again, or lost.
    void go_on();
    void lost() noexcept { asked_ = false; }
    // The next one of each kind is logged again.
    void tell_again() { told_.clear(); }

private:
    void answered(const Result &);

    struct Letter {
        std::string epoch;
        std::int64_t seq;
        std::string reason;
    };

    Counter dead_;
    Host &host_;
    Connection &connection_;
    std::deque<Letter> waiting_;
    bool asked_ = false;         // the first one is on its way
    std::set<std::string> told_; // kinds that were logged, bounded
};

} // namespace roomd::postgres
