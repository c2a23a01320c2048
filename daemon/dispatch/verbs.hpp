#pragma once

#include "base/ids.hpp"
#include "dispatch/answers.hpp"
#include "dispatch/membership.hpp"
#include "dispatch/options.hpp"
#include "rooms/hub.hpp"
#include "sio/packet.hpp"

namespace roomd::dispatch {

// What clients ask for by an event's name: `join`, `leave`, `join:<kind>`, `leave:<kind>`.  A verb
// is a name in policy::client_verbs, and a function and a row in verbs.cpp.
class Verbs {
public:
    Verbs(const Options &options, Membership &membership, Answers &answers, rooms::Hub &hub) :
        options_(options),
        membership_(membership),
        answers_(answers),
        hub_(hub) {}

    // True: the event was a verb, and its answer is given or owed.  One of a kind that is not
    // configured is left to plugins first.
    bool take(base::ClientId, const sio::Event &);
    // For an event that nobody took: if it is a verb, answers that there is no such kind.
    void refuse_unknown_verb(base::ClientId, const sio::Event &);

private:
    const Options &options_;
    Membership &membership_;
    Answers &answers_;
    rooms::Hub &hub_;
};

} // namespace roomd::dispatch
