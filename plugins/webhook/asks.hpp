#pragma once

#include "webhook/courier.hpp"
#include "webhook/envelope.hpp"
#include "webhook/lanes.hpp"
#include "webhook/settings.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>

namespace roomd::webhook {

// A question to the backend.  `done` is called once: with the answer, or with null when there is
// none by the deadline, or no room to wait.
struct Ask {
    roomd_client client = 0;
    std::string body;
    Time deadline;
    std::function<void(const Reply *)> done;
};

// The questions of one kind.  On the courier's thread.
class Asks {
public:
    // Is told of each POST that ended or was too late, and how long it took.
    using Ended = std::function<void(const Reply &, Time::duration)>;
    Asks(Courier &, const Envelope &, Ended);

    void apply(const Asking &); // for what comes
    void add(Ask);
    // Gives up what is too late, and begins what may.
    void step(Time now);
    void give_up(); // all of them
    bool empty() const noexcept { return asks_.empty(); }
    std::optional<Time> next() const; // when step() may have something to do

private:
    struct Asked {
        Ask ask;
        std::uint64_t post = 0;  // 0: none is under way
        Time began{};            // of it
        Milliseconds pause{100}; // until the next try
    };

    void post(std::uint64_t number, Time now);
    void answered(std::uint64_t number, const Reply &, Time began);
    void end(std::uint64_t number, const Reply *);

    Courier &courier_;
    const Envelope &envelope_;
    const Ended ended_;
    Asking asking_;
    Lanes lanes_{Lanes::Bounds{}};
    std::unordered_map<std::uint64_t, Asked> asks_;
    std::multimap<Time, std::uint64_t> again_; // those that are tried once more
    std::uint64_t last_ = 0;
};

} // namespace roomd::webhook
