#pragma once

#include "postgres/burials.hpp"
#include "postgres/connection.hpp"
#include "postgres/delivery.hpp"
#include "postgres/doubt.hpp"
#include "postgres/health.hpp"
#include "postgres/settings.hpp"

#include <roomd/plugin.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace roomd::postgres {

// The `outbox` mode: moves what was committed from roomd.outbox to roomd.log, and sends what stands
// in the log to clients, in order, each once.  It begins at the log's end and keeps its place while
// the connection is away.
class Outbox final : Connection::Owner {
public:
    struct Options {
        Target target;
        Connection::Times times;
        Settings::Outbox how;
        bool woken = false; // somebody else listens, and calls wake()
    };

    Outbox(Host &, Counts &, Health &, Options);
    ~Outbox();

    void reload(Options);
    void drained();
    // There may be something in the log, or in the outbox.
    void wake();

private:
    void on_ready() override;
    void on_lost(const Trouble &, Clock::time_point alive) override;
    Connection::Go on_notification(std::string_view channel, std::string_view payload) override;
    void on_unreadable(const Trouble &) override { wake(); } // somebody else's: ours are empty

    // Asks; `then` gets rows, an error ends the connection.
    void ask(std::string sql, std::vector<std::string> parameters,
             std::function<void(const Result &)> then);
    void report(); // tells where we are, hears how things stand
    void reported(const Result &);
    void find_place(const Delivery::Cursor &old);
    void start();
    bool listens() const noexcept; // on its own connection

    void step();
    void sequence();
    void sequenced(const Result &);
    void read();
    void was_read(const Result &);
    void read_failed(const Trouble &, std::string_view sqlstate);
    void give_up_row(const Trouble &);
    void works();
    void rest();
    void trim();

    Host &host_;
    Health &health_;
    Options options_;
    std::string node_;
    Counter sequenced_, epochs_;
    Gauge lag_rows_, lag_seconds_;
    Delivery delivery_;

    Delivery::Cursor cursor_; // the last row that was sent
    bool placed_ = false;     // cursor_ holds
    bool running_ = false;    // the connection is set up
    bool open_ = false;       // a step is on its way
    bool pooled_ = false;     // LISTEN would be for nothing
    bool has_state_ = false;  // the schema has roomd.state()
    bool want_sequence_ = false, want_read_ = false;
    std::uint32_t rows_ = 0; // of the read that is open
    Doubt doubt_;            // of the row behind cursor_
    std::int64_t last_seq_ = 0;
    double waiting_ = 0; // rows in the outbox, as last counted
    std::chrono::milliseconds pause_{0};
    Clock::time_point asked_at_{}, report_at_{}, trim_at_{};
    Connection connection_;
    Burials burials_;
    Handle tick_, rate_;
};

} // namespace roomd::postgres
