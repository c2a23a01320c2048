#pragma once

#include "base/address.hpp"
#include "session/facts.hpp"

#include <memory>

namespace roomd::session {

// Made for a session by the unit that counts it; once destroyed, the session no longer counts.
class Counted {
public:
    virtual ~Counted() = default;
};

// How a session began.  Kept for its life, so it is small.
struct Handshake {
    base::Address address; // of the peer
    FactsRef facts;
    std::unique_ptr<Counted> counted; // null: by nobody
};

} // namespace roomd::session
