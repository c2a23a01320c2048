#pragma once

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "dispatch/watcher.hpp"
#include "log/causes.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <string>
#include <string_view>

namespace roomd::dispatch {
class Router;
}

namespace roomd::app {

// All that happens to one user, address or event, for `roomd trace`: what Causes hears and the
// emits.  While nobody traces none of it costs anything.  A trace ends with its time or its reader;
// what is not read in time is dropped and counted.  Has no timer of its own.
class Traces final : public log::Tracer, public dispatch::Watcher {
public:
    // One of the three.
    struct Subject {
        std::string user, address, event;
        bool payloads = false;
    };
    struct Limits {
        std::size_t traces = 8;          // at a time
        std::size_t bytes = 1u << 20;    // of lines that wait, of each
        std::size_t payload = 16u << 10; // longer ones are left out
        base::Duration patience{10000};  // then a request gets an empty answer
        base::Duration idle{10000};      // without a request, then a trace ends
    };
    struct Outside {
        // Answers a request, once: {"lines":[..],"lost":..,"ended":..}.
        std::function<void(base::ExchangeId, std::string json)> answer;
        std::function<bool(base::ExchangeId)> waits; // whether its caller is still there
        std::function<void()> soon; // have serve() called a moment later, so that lines share one
    };

    Traces(const base::Clock &, log::Causes &, dispatch::Router &, Outside, const Limits &);
    ~Traces();
    Traces(const Traces &) = delete;
    Traces &operator=(const Traces &) = delete;

    // Its id; empty: there are too many.
    std::string begin(Subject, base::Duration lasts);
    // Answered when there are lines, at the latest after `patience`.  False: there is no such
    // trace.
    bool ask(std::string_view id, base::ExchangeId);
    void serve();
    void tick(); // about once a second while tracing()
    void end();  // all of them
    bool tracing() const noexcept { return !traces_.empty(); }

    void note(std::string_view what, std::span<const log::Field>,
              std::string_view payload) override;
    void emitted(std::uint64_t number, const dispatch::Emit &, const dispatch::Emitted &) override;
    void refused(const dispatch::Emit &, const dispatch::Emitted &) override;

private:
    struct Trace {
        std::string id;
        Subject subject;
        base::Time until, last_request;
        base::ExchangeId waiting = base::ExchangeId::none;
        base::Time patience{};
        std::string lines; // JSON objects, a comma between two
        std::uint64_t lost = 0;
        bool ended = false;
    };
    void push(Trace &, std::string_view what, std::span<const log::Field>,
              std::string_view payload);
    void about_emit(std::string_view what, const dispatch::Emit &, const dispatch::Emitted &);
    bool is_about(const Subject &, const dispatch::Emit &, const dispatch::Emitted &) const;
    void answer(Trace &);
    void drop_ended();

    const base::Clock &clock_;
    log::Causes &causes_;
    dispatch::Router &router_;
    const Outside outside_;
    const Limits limits_;
    std::list<Trace> traces_;
    bool called_ = false;
};

} // namespace roomd::app
