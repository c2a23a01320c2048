#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace roomd::postgres {

// A row of a log, or the beginning of the log where seq is 0.
struct Position {
    std::string epoch; // which log it is: a database that was restored or replaced has another
    std::int64_t seq = 0;
    std::string logged_at; // UTC; empty: not known
};

// How far the log has been sent, and how far it reaches.  A daemon begins at the end of the log; in
// another log it goes on behind the last row that both have: what came after that was not sent yet.
// Until that row is found the old position stays, so a connection that is lost meanwhile costs
// nothing.
class Progress {
public:
    bool known() const noexcept { return known_; } // at() holds
    const Position &at() const noexcept { return at_; }
    void sent(Position row);

    // Is this the log that at() is in?
    bool is_in(const std::string &epoch) const noexcept { return known_ && epoch == at_.epoch; }
    // It reaches up to here.
    void reaches(std::int64_t last_seq) noexcept;
    std::int64_t last_seq() const noexcept { return last_seq_; }
    // Rows that are still to be sent.
    std::int64_t behind() const noexcept { return at_.seq < last_seq_ ? last_seq_ - at_.seq : 0; }

    // Where to go on in another log: behind its last row that is not above `upto` and, where
    // `logged_at` is not empty, is no younger than that and older than the log's epoch.
    struct Search {
        Position end; // of that log
        std::int64_t upto;
        std::string logged_at;
    };
    Search search(Position end) const;
    struct Row {
        std::int64_t seq;
        std::string logged_at;
    };
    void found(const Search &, const std::optional<Row> &);

private:
    Position at_;
    bool known_ = false;
    std::int64_t last_seq_ = 0;
};

} // namespace roomd::postgres
