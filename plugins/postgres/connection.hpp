#pragma once

#include "postgres/backoff.hpp"
#include "postgres/resolver.hpp"
#include "postgres/result.hpp"
#include "postgres/target.hpp"
#include "postgres/trouble.hpp"

#include <roomd/plugin.hpp>

#include <chrono>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace roomd::postgres {

using Clock = std::chrono::steady_clock;

// Metrics of all connections of an instance.
struct Counts {
    Gauge connected;
    Counter connects, failures;
};

// One connection that is kept: opened again with back-off whenever it is lost, probed while it is
// quiet, given up when it does not answer.  Everything on the home loop; nothing blocks it.
class Connection {
public:
    struct Times {
        std::chrono::milliseconds connect{10000}; // an attempt, without the names
        std::chrono::milliseconds answer{15000};  // a query, and the probe
        std::chrono::milliseconds probe{10000};   // quiet for so long: ask whether it lives
        std::chrono::milliseconds retry_least{250}, retry_most{10000};
        bool operator==(const Times &) const = default;
    };
    // Says of a row or a notification whether there may be more.
    enum class Go { on, wait };

    // Who uses it.  Called on the loop; may call back, and must not destroy the connection.
    class Owner {
    public:
        Owner() = default;
        Owner(const Owner &) = delete;
        Owner &operator=(const Owner &) = delete;
        virtual void on_ready() = 0;
        // Queries that were open are not answered.  `alive`: when it was last heard of.
        virtual void on_lost(const Trouble &, Clock::time_point alive) = 0;
        // wait: it has not been taken.  It is told again after resume().
        virtual Go on_notification(std::string_view channel, std::string_view payload) = 0;
        // One came that the server could not put into our encoding.  It is gone, and so is its
        // channel.
        virtual void on_unreadable(const Trouble &) = 0;

    protected:
        ~Owner() = default;
    };

    struct Query {
        std::string sql; // several statements only without parameters
        std::vector<std::string> parameters;
        // Row by row, as they come; null: all with the answer.  wait: the row has not been taken.
        std::function<Go(const Result &)> row;
        // The last result: rows, or none when `row` took them.  An error is in it.
        std::function<void(const Result &)> done;
    };

    // `title`: what it is for, in the log.
    Connection(Host &, Counts &, Owner &, const char *title, Target, Times);
    ~Connection();
    Connection(const Connection &) = delete;
    Connection &operator=(const Connection &) = delete;

    void open();
    // Uses other credentials, or another server, from now on.
    void retarget(Target, Times);
    // Answered in order, one at a time; forgotten when the connection is lost.
    void ask(Query);
    // As ask(), with `then` for a good answer; an error is passed to refuse().
    void require(std::string sql, std::vector<std::string> parameters,
                 std::function<void(const Result &)> then);
    // Blocks until all queries are answered, or for so long at most: for the owner's end.
    void work_off(std::chrono::milliseconds most);
    // After a wait: goes on with what was not taken.
    void resume();
    // The owner cannot work with it: it is closed, and opened again later.
    void refuse(Trouble);
    // The owner can work with it: the next loss begins with the shortest wait, and is logged.
    void settled() noexcept {
        backoff_.reset();
        last_why_.clear();
    }

    bool ready() const noexcept { return state_ == State::ready; }
    // False behind a pooler, which gives out process numbers of its own.
    bool is_process(std::int64_t pid) const noexcept;
    std::string where() const { return target_.where(); }
    std::string quoted(const std::string &name) const; // ready only

private:
    enum class State { closed, waiting, resolving, connecting, ready };
    struct Finish {
        void operator()(PGconn *raw) const noexcept { PQfinish(raw); }
    };

    void connect(const std::vector<std::vector<std::string>> &addresses);
    void go_on_connecting();
    void connected();
    void ready_to_read(std::uint32_t events);
    void deliver();
    void tell_notifications();
    void tell_unreadable();
    void take(Result);
    void send_next();
    void watch_for(std::uint32_t events);
    void expect_answer(std::chrono::milliseconds within);
    void probe();
    void lose(Trouble);
    void close() noexcept;
    std::string said() const;
    static void note(void *me, const PGresult *) noexcept;

    Host &host_;
    Counts &counts_;
    Owner &owner_;
    const char *const title_;
    Target target_;
    Times times_;
    Backoff backoff_;
    Resolver resolver_;
    State state_ = State::closed;
    std::unique_ptr<PGconn, Finish> raw_;
    std::string notice_, last_why_;
    std::optional<Trouble> unreadable_; // a notification the owner is yet to be told of
    Clock::time_point heard_{}, asked_at_{};

    std::deque<Query> queries_; // the first is at the server when asked_
    bool asked_ = false;
    bool waiting_ = false;    // the owner said wait
    bool delivering_ = false; // the owner is being told
    bool ending_ = false;     // there is no loop any more
    Result answer_;           // of the query that is asked, so far
    Result row_;              // not yet taken
    struct Free {
        void operator()(PGnotify *raw) const noexcept { PQfreemem(raw); }
    };
    std::unique_ptr<PGnotify, Free> notification_; // not yet taken
    std::optional<Trouble> refused_;
    std::uint32_t interest_ = 0;
    Watch watch_; // before raw_ closes the descriptor
    Handle alarm_, quiet_, retry_;
};

} // namespace roomd::postgres
