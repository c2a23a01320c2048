#pragma once

#include "base/clock.hpp"
#include "base/ids.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace roomd::host {

// One answer that a plugin owes.
struct Ticket {
    enum class Kind : std::uint8_t { ack, connect, join, request, store, spool };
    Kind kind = Kind::ack;
    base::ClientId client = base::ClientId::none; // who waits, unless a plugin or a request does
    base::ExchangeId exchange = base::ExchangeId::none;
    std::uint64_t ack = 0; // the client's own number of it, or the Store's or Spool's
    std::string room;      // it wants to join
};

// The answers one instance owes.  Each is taken once: by an answer, by its deadline, or by the end
// of the instance.  Not locked: the Intake that holds it is.
class Tickets {
public:
    // Numbers are never reused; 0 is none.
    std::uint64_t issue(Ticket, base::Time deadline);
    // What it is, unless it is gone; it stays open.
    const Ticket *find(std::uint64_t id) const noexcept;
    std::optional<Ticket> take(std::uint64_t id);
    std::vector<Ticket> take_expired(base::Time now);
    std::vector<Ticket> take_all();
    // The ack that was issued first, to make place; none when no ack is open.
    bool drop_oldest_ack();
    std::optional<base::Time> next_deadline();
    std::size_t size() const noexcept { return open_.size(); }
    std::size_t waiting_in_line() const noexcept; // with those taken already

private:
    struct Due {
        base::Time deadline;
        std::uint64_t id;
    };
    // Deadlines of one kind come in the order of issue: each kind has one time-out.
    std::deque<Due> &line(Ticket::Kind kind) noexcept {
        return lines_[static_cast<std::size_t>(kind)];
    }
    void skip_taken(std::deque<Due> &);

    std::unordered_map<std::uint64_t, Ticket> open_;
    std::deque<Due> lines_[6];
    std::uint64_t last_ = 0;
};

} // namespace roomd::host
