#include "host/tickets.hpp"

#include <utility>

namespace roomd::host {

std::uint64_t Tickets::issue(Ticket ticket, base::Time deadline) {
    std::deque<Due> &due = line(ticket.kind);
    skip_taken(due);
    // Answered ones in the middle are passed over only when they come to the front; a line is
    // compacted when most of it is such, so it never grows beyond twice what is open.
    if (due.size() > 2 * open_.size() + 64) {
        std::deque<Due> kept;
        for (const Due &one : due) {
            if (open_.count(one.id) != 0) kept.push_back(one);
        }
        due.swap(kept);
    }
    const std::uint64_t id = ++last_;
    due.push_back({deadline, id});
    open_.emplace(id, std::move(ticket));
    return id;
}

const Ticket *Tickets::find(std::uint64_t id) const noexcept {
    const auto found = open_.find(id);
    return found == open_.end() ? nullptr : &found->second;
}

std::optional<Ticket> Tickets::take(std::uint64_t id) {
    const auto found = open_.find(id);
    if (found == open_.end()) return std::nullopt;
    std::optional<Ticket> ticket(std::move(found->second));
    open_.erase(found);
    return ticket;
}

std::vector<Ticket> Tickets::take_expired(base::Time now) {
    std::vector<Ticket> expired;
    for (std::deque<Due> &due : lines_) {
        for (skip_taken(due); !due.empty() && due.front().deadline <= now; skip_taken(due)) {
            expired.push_back(*take(due.front().id));
        }
    }
    return expired;
}

std::vector<Ticket> Tickets::take_all() {
    std::vector<Ticket> all;
    for (auto &[id, ticket] : open_)
        all.push_back(std::move(ticket));
    open_.clear();
    for (std::deque<Due> &due : lines_)
        due.clear();
    return all;
}

bool Tickets::drop_oldest_ack() {
    std::deque<Due> &due = line(Ticket::Kind::ack);
    skip_taken(due);
    if (due.empty()) return false;
    open_.erase(due.front().id);
    due.pop_front();
    return true;
}

std::optional<base::Time> Tickets::next_deadline() {
    std::optional<base::Time> next;
    for (std::deque<Due> &due : lines_) {
        skip_taken(due);
        if (!due.empty() && (!next || due.front().deadline < *next)) next = due.front().deadline;
    }
    return next;
}

std::size_t Tickets::waiting_in_line() const noexcept {
    std::size_t sum = 0;
    for (const std::deque<Due> &due : lines_)
        sum += due.size();
    return sum;
}

void Tickets::skip_taken(std::deque<Due> &due) {
    while (!due.empty() && open_.count(due.front().id) == 0)
        due.pop_front();
}

} // namespace roomd::host
