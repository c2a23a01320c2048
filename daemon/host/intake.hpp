#pragma once

#include "host/command.hpp"
#include "host/tickets.hpp"
#include "metrics/metrics.hpp"
#include "roomd/plugin.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace roomd::log {
class Logger;
}
namespace roomd::loop {
class Wakeup;
}

namespace roomd::host {

struct MetricValue {
    std::string name, help;
    metrics::Kind kind = metrics::Kind::gauge;
    double value = 0;
    metrics::Latency times{}; // of a histogram
};

// Where a plugin's calls come in, from any thread: its line of commands, its tickets, its health
// and its metrics.  Everything an instance shares with the plugin's own threads is here, behind
// one mutex.  It is closed at stop and never freed: a thread that the plugin forgot to join finds
// it closed and not gone.
class Intake {
public:
    struct Wiring {
        loop::Wakeup *wakeup;
        log::Logger *log;
    };
    Intake(std::string name, std::size_t budget, std::size_t max_tickets, std::size_t max_emit);
    Intake(const Intake &) = delete;
    Intake &operator=(const Intake &) = delete;

    // ---- any thread ----------------------------------------------------------------------
    enum class Needs : std::uint8_t { nothing, a_call_back };
    roomd_status put(Action, std::size_t bytes, Needs) noexcept;
    // Takes the ticket and puts what `make(Ticket)` gives.
    roomd_status answer(roomd_ticket, Ticket::Kind, Ticket::Kind or_kind, std::size_t bytes,
                        Action (*make)(void *what, Ticket), void *what) noexcept;
    void health(roomd_health, std::string why) noexcept;
    void write(roomd_level, std::string_view message, const roomd_field *, std::size_t) noexcept;
    void metric_add(roomd_handle, double by) noexcept;
    void metric_set(roomd_handle, double to) noexcept;
    std::size_t max_emit() const noexcept { return max_emit_; }
    const std::string &name() const noexcept { return name_; }
    bool never_fits(std::size_t bytes) const noexcept; // larger than the whole budget
    // Where the caller is: on the home loop's thread while the plugin runs or stops, on another
    // thread, or anywhere after close().
    enum class Where : std::uint8_t { here, stopping, elsewhere, closed };
    Where where() const noexcept;
    // The id of the request whose handler makes this call; empty: none does, or it has no id.
    std::string request() const {
        const std::string *const id = request_.load(std::memory_order_acquire);
        return id != nullptr && where() == Where::here ? *id : std::string();
    }

    // ---- home loop -----------------------------------------------------------------------
    void open(const Wiring &); // the thread that calls it is the home loop's
    // While a handler runs: the id of its request; null: none, or no longer.
    void serves(const std::string *request) noexcept {
        request_.store(request, std::memory_order_release);
    }
    void stopping(); // nothing that needs a later call comes in any more
    void close();    // nothing comes in any more
    bool waiting() const noexcept { return waiting_.load(std::memory_order_acquire); }
    std::vector<Command> take();
    void worked_off(std::size_t bytes);
    // True once after an AGAIN, when the line is below half of the budget.
    bool drained();
    void set_budget(std::size_t bytes);
    // Counts more for what is under way, until worked_off().  AGAIN, TOO_BIG: not counted.  `told`:
    // the plugin learns of it, and waits for on_drain() after an AGAIN.
    enum class Refused : std::uint8_t { told, quietly };
    roomd_status charge(std::size_t bytes, Refused);

    std::uint64_t issue(Ticket, base::Time deadline); // 0: too many are open
    bool revoke(std::uint64_t ticket);                // false: it has been answered
    std::vector<Ticket> expired(base::Time now);
    std::vector<Ticket> all_tickets();
    std::optional<base::Time> next_deadline();

    bool add_metric(roomd_handle, MetricValue); // false: the name is taken, or too many
    void remove_metric(roomd_handle) noexcept;
    std::vector<MetricValue> metrics() const;
    roomd_health health(std::string &why) const;
    struct Counts {
        std::uint64_t refused_again = 0, expired_tickets = 0;
        std::size_t charged = 0, tickets = 0;
    };
    Counts counts() const;

private:
    enum class Phase : std::uint8_t { closed, open, stopping };
    void push(Action, std::size_t bytes);
    void count(roomd_handle, double value, bool add) noexcept;

    const std::string name_;
    const std::size_t max_tickets_, max_emit_;
    mutable std::mutex mutex_;
    Phase phase_ = Phase::closed;
    Wiring wiring_{};
    std::thread::id home_;
    std::vector<Command> line_;
    std::atomic<bool> waiting_{false};
    std::atomic<const std::string *> request_{nullptr}; // only the home loop looks behind it
    std::size_t budget_;
    std::size_t charged_ = 0;
    std::atomic<bool> said_again_{false};
    Tickets tickets_;
    Counts counts_;
    roomd_health health_ = ROOMD_UP;
    std::string why_;
    std::map<roomd_handle, MetricValue> metrics_;
    // Its own, so that a slow stderr never holds up the line.
    std::mutex log_mutex_;
    log::Logger *log_ = nullptr;
};

} // namespace roomd::host
