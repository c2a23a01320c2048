#pragma once

#include "webhook/asks.hpp"
#include "webhook/backlog.hpp"
#include "webhook/backoff.hpp"
#include "webhook/counts.hpp"
#include "webhook/courier.hpp"
#include "webhook/line.hpp"
#include "webhook/settings.hpp"
#include "webhook/standing.hpp"

#include <roomd/plugin.hpp>

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace roomd::webhook {

// The thread that talks to the backend: names are looked up and TLS is spoken there, so that the
// daemon's loop never waits.
class Sender {
public:
    Sender(Host &, const Counts &, const Settings &);
    ~Sender(); // sends what it can in the time of `flush`; all questions have ended then
    Sender(const Sender &) = delete;
    Sender &operator=(const Sender &) = delete;

    // ---- any thread ----
    void reload(const Settings &);
    void tell(const std::string &members); // as Line::add()
    // Names a question: no two have the same, in no run.
    std::string new_id();
    // `done` is called on the sender's thread, or in the destructor.
    void ask_ack(Ask);
    void ask_verdict(Ask);

private:
    struct Questions {
        std::vector<Ask> acks, verdicts;
    };

    void run();
    void apply(const Settings &);
    void send(Time now);
    bool stops_keeping();
    void keep_batch(Time now);
    void batch_kept(Backlog::Kept, Time again);
    void keep_the_rest();
    void send_batch(Time now, Line::When);
    void batch_ended(const Reply &);
    void post_batch(std::string body, Courier::Done);
    void ended(std::string_view kind, const Reply &, bool good, Time::duration took);
    void tell_health();
    Milliseconds wait(Time now, std::optional<Time> end) const;
    void put(std::vector<Ask> Questions::*, Ask);

    Host &host_;
    const Counts &counts_;
    std::atomic<std::uint64_t> last_id_{0};
    const std::string node_;

    mutable std::mutex mutex_; // guards these:
    Line line_;
    std::optional<Settings> fresh_;
    Questions inbox_;
    bool ending_ = false;
    Time told_overflow_{};

    // The thread's own.
    Settings settings_;
    Envelope envelope_;
    Courier courier_;
    Backoff backoff_;
    Standing standing_;
    std::string told_why_; // of the health
    Asks acks_, verdicts_;
    Backlog backlog_;
    bool keeping_ = false; // by it: with `lifecycle`, and after that until nothing is there
    bool posting_ = false; // a batch, straight from the line
    bool at_end_ = false;
    std::thread thread_;
};

} // namespace roomd::webhook
