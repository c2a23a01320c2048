#pragma once

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "dispatch/watcher.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <vector>

namespace roomd::dispatch {
class Router;
}
namespace roomd::session {
class Clients;
}

namespace roomd::app {

// The latest emits, for `roomd tail`.  Recording begins with the first request and ends some time
// after the last; otherwise an emit costs nothing more.  Has no timer of its own.
class Tail final : public dispatch::Watcher {
public:
    struct Request {
        base::ExchangeId id = base::ExchangeId::none;
        bool from_now = true;    // else: emits after `since`
        std::uint64_t since = 0; // `next` of the previous answer
        std::string room;        // only emits to it; a prefix when it ends in '*'; empty: all
    };
    struct Limits {
        std::size_t events = 1000;      // recorded
        std::size_t bytes = 4u << 20;   // recorded
        std::size_t args = 16u << 10;   // of one emit; longer ones are left out
        std::size_t answer = 1u << 20;  // bytes of one answer, about
        std::size_t waiting = 32;       // requests
        base::Duration patience{20000}; // then a request gets an empty answer
        base::Duration idle{60000};     // without requests, then recording ends
    };
    // Answers a request, once: {"run":..,"next":..,"lost":..,"events":[..]}.
    using Answer = std::function<void(base::ExchangeId, std::string json)>;

    // `soon`: have serve() called a moment later, so that events share an answer.
    Tail(const base::Clock &, dispatch::Router &, const session::Clients &, Answer answer,
         std::function<void()> soon, const Limits &limits);
    ~Tail(); // waiting requests are not answered
    Tail(const Tail &) = delete;
    Tail &operator=(const Tail &) = delete;

    // Answered when there are events, at the latest after `patience`.  False: too many wait.
    bool ask(Request);
    void serve(); // answers requests that have events, or have waited long enough
    void tick();  // about once a second while watching()
    void end();   // answers everyone who waits
    bool watching() const noexcept { return watching_; }

    void emitted(std::uint64_t number, const dispatch::Emit &, const dispatch::Emitted &) override;

private:
    struct Event {
        std::uint64_t number;
        std::string json;
        std::vector<std::string> rooms;
    };
    struct Waiting {
        Request request;
        base::Time until;
    };

    struct Found {
        std::string json;
        bool any = false;
    };
    Found collect(Request &) const;
    std::string text(std::uint64_t number, const dispatch::Emit &, const dispatch::Emitted &) const;

    const base::Clock &clock_;
    dispatch::Router &router_;
    const session::Clients &clients_;
    Answer answer_;
    std::function<void()> soon_;
    const Limits limits_;
    const std::string run_; // differs after a restart: numbers begin again
    std::deque<Event> events_;
    std::size_t bytes_ = 0;
    std::uint64_t before_ = 0; // every emit after this one is in events_
    std::vector<Waiting> waiting_;
    base::Time last_request_{};
    bool watching_ = false;
    bool called_ = false; // soon() was called, and serve() is still to come
};

} // namespace roomd::app
