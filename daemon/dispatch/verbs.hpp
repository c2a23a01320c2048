#pragma once

#include "base/ids.hpp"
#include "dispatch/membership.hpp"
#include "dispatch/options.hpp"
#include "sio/packet.hpp"

namespace roomd::dispatch {

// What clients ask for by an event's name: `join`, `leave`, `join:<kind>`, `leave:<kind>`.  A verb
// is a name in policy::client_verbs, and a function and a row in verbs.cpp.
class Verbs {
public:
    Verbs(const Options &options, Membership &membership) :
        options_(options),
        membership_(membership) {}

    // True: the event was a verb, and its answer is given or owed.  One of a kind that is not
    // configured is left to plugins first.
    bool take(base::ClientId, const sio::Event &);
    // For an event that nobody took.  True: it was a verb, and the answer is that there is no such
    // kind of room.
    bool refuse_unknown_kind(base::ClientId, const sio::Event &);

private:
    const Options &options_;
    Membership &membership_;
};

} // namespace roomd::dispatch
