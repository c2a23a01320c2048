#pragma once

#include "postgres/connection.hpp"
#include "postgres/health.hpp"
#include "postgres/settings.hpp"
#include "postgres/while_alive.hpp"

#include <roomd/plugin.hpp>

#include <functional>
#include <set>
#include <string>
#include <string_view>

namespace roomd::postgres {

// The `listen` mode: what NOTIFY says on the configured channels becomes events.  A gap in the
// connection is a gap in the events; it is counted, logged, and filled by the catch-up query.
class Listen final : Connection::Owner {
public:
    struct Options {
        Target target;
        Connection::Times times;
        Settings::Listen channels;  // may be none: then it only wakes
        std::function<void()> wake; // on the channels of the log; or null
    };

    Listen(Host &, Counts &, Health &, Options);
    ~Listen();

    void reload(Options);
    // The host takes emits again.
    void drained() { connection_.resume(); }

private:
    void on_ready() override;
    void on_lost(const Trouble &, Clock::time_point alive) override;
    Connection::Go on_notification(std::string_view channel, std::string_view payload) override;
    void on_unreadable(const Trouble &) override;

    void listen();
    void listening();
    void catch_up(double gap);
    Connection::Go take(const std::string &channel, std::string_view payload);
    // OK or AGAIN; what is refused for good has been counted and logged.
    Connection::Go send(const Emit &, const std::string &channel);
    void refuse(const std::string &channel, std::string_view code, std::string_view text);

    Host &host_;
    Health &health_;
    Options options_;
    Counter notifications_, refused_, gaps_;
    Counter gap_seconds_;
    std::optional<Clock::time_point> away_; // since when nothing is heard
    bool reloaded_ = false;
    std::set<std::string> told_; // kinds that were logged already, bounded
    WhileAlive while_alive_;
    Connection connection_;
};

} // namespace roomd::postgres
