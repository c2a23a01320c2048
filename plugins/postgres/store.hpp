#pragma once

#include "postgres/connection.hpp"
#include "postgres/health.hpp"
#include "postgres/settings.hpp"
#include "postgres/while_alive.hpp"

#include <roomd/plugin.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace roomd::postgres {

// Puts durable emits into roomd.outbox: what waits goes there in one statement, and who emitted is
// told once it has committed.  It has a connection of its own, made for the first one, so that
// sending never waits for storing.
class Store final : Connection::Owner {
public:
    struct Options {
        Target target;
        Connection::Times times;
        std::uint64_t most_bytes; // of what waits
    };
    // `stored`: there is something new in the outbox.
    Store(Host &, Counts &, Health &, Options, std::function<void()> stored);
    ~Store();

    void reload(Options);

private:
    // Kept together or not at all.
    struct Group {
        Keeping ticket;
        std::vector<std::vector<std::optional<std::string>>> rows; // a value for each column
        std::size_t bytes = 0;
        unsigned tries = 0;
    };

    void on_ready() override;
    void on_lost(const Trouble &, Clock::time_point alive) override;
    Connection::Go on_notification(std::string_view, std::string_view) override;
    void on_unreadable(const Trouble &) override {}

    void offer();
    void take(std::span<const roomd_emit *const>, Keeping &);
    void collect();
    void go_on();
    void choose();
    void answered(const Result &);
    void tell(const Result &);
    void again();
    void refuse(Group &, roomd_status, std::string_view code, const std::string &text);

    Host &host_;
    Counts &counts_;
    Health &health_;
    Options options_;
    std::function<void()> told_stored_;
    Counter stored_, refused_;
    Gauge waiting_bytes_;
    std::unique_ptr<Connection> connection_; // from the first event on
    std::deque<Group> waiting_, asked_;      // asked_: at the server
    std::size_t bytes_ = 0;                  // of both
    bool collecting_ = false;
    std::size_t alone_ = 0; // so many groups are asked for one at a time
    bool away_ = false;     // the database cannot be asked
    Handle hook_;
    WhileAlive while_alive_;
};

} // namespace roomd::postgres
