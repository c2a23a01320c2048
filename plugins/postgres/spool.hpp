#pragma once

#include "postgres/connection.hpp"
#include "postgres/health.hpp"
#include "postgres/while_alive.hpp"

#include <roomd/plugin.hpp>

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>

namespace roomd::postgres {

// Keeps texts of other plugins in roomd.lifecycle, and gives them back.  It has a connection of its
// own, made for the first one, so that a schema without that table disturbs nothing else.
class Spool final : Connection::Owner {
public:
    struct Options {
        Target target;
        Connection::Times times;
        std::uint64_t most_bytes; // of the table
    };
    Spool(Host &, Counts &, Health &, Options);
    ~Spool(); // waits a moment for what is under way

    void reload(Options);

private:
    // What is at the server, or waits for its turn there.
    struct Wish {
        Spooling ticket;
        roomd_spool_what what;
        std::uint64_t id;
    };

    void on_ready() override;
    void on_lost(const Trouble &, Clock::time_point alive) override;
    Connection::Go on_notification(std::string_view, std::string_view) override;
    void on_unreadable(const Trouble &) override {}

    void offer();
    void take(const roomd_spool &, Spooling &);
    Connection::Query query_of(const roomd_spool &);
    void answered(const Result &);
    void failed(const Result &);
    void full(Spooling &);
    void give_up(const std::string &why);

    Host &host_;
    Counts &counts_;
    Health &health_;
    Options options_;
    Counter put_, removed_;
    std::unique_ptr<Connection> connection_; // from the first text on
    std::deque<Wish> asked_;                 // in the order of the connection's queries
    std::string away_;                       // why the database cannot be asked; empty: it can
    bool full_ = false;                      // as the last put found it
    Handle hook_;
    WhileAlive while_alive_;
};

} // namespace roomd::postgres
