#pragma once

#include "postgres/agenda.hpp"
#include "postgres/check_in.hpp"
#include "postgres/connection.hpp"
#include "postgres/dead_letters.hpp"
#include "postgres/doubt.hpp"
#include "postgres/health.hpp"
#include "postgres/pace.hpp"
#include "postgres/progress.hpp"
#include "postgres/reader.hpp"
#include "postgres/settings.hpp"

#include <roomd/plugin.hpp>

#include <cstdint>
#include <string_view>

namespace roomd::postgres {

// The `outbox` mode: moves what was committed from roomd.outbox to roomd.log, and sends what stands
// in the log to clients, in order, each once.  It begins at the log's end and keeps its place while
// the connection is away.
class Relay final : Connection::Owner, Reader::Owner, CheckIn::Owner {
public:
    struct Options {
        Target target;
        Connection::Times times;
        Settings::Outbox how;
        bool woken = false; // somebody else listens, and calls wake()
    };

    Relay(Host &, Counts &, Health &, Options);
    ~Relay();

    void reload(Options);
    void drained();
    // There may be something in the log, or in the outbox.
    void wake();

private:
    void on_ready() override;
    void on_lost(const Trouble &, Clock::time_point alive) override;
    Connection::Go on_notification(std::string_view channel, std::string_view payload) override;
    void on_unreadable(const Trouble &) override { wake(); } // somebody else's: ours are empty
    void reads() override;
    void has_read(std::uint32_t rows, bool more) override;
    void checked_in(bool moved) override;

    void report();
    void start();
    bool listens() const noexcept; // on its own connection

    void step();
    void sequence();
    void sequenced(const Result &);
    void sequence_failed(const Trouble &, std::string_view sqlstate);
    void read();
    void rest();
    void trim();

    Host &host_;
    Health &health_;
    Options options_;
    Counter sequenced_;
    Gauge lag_rows_, lag_seconds_;
    Progress progress_;
    Agenda agenda_;
    Pace pace_;
    Doubt sequence_doubt_; // of a row in the outbox
    Connection connection_;
    DeadLetters dead_letters_;
    Reader reader_;
    CheckIn check_in_;
    Handle tick_;
};

} // namespace roomd::postgres
