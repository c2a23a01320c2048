#pragma once

#include "base/address.hpp"
#include "session/facts.hpp"

#include <memory>

namespace roomd::session {

// How a session began.  Kept for its life, so it is small.
struct Handshake {
    base::Address address; // of the peer
    FactsRef facts;
    std::shared_ptr<const void> counted; // let go with the session: whoever counts them is told
};

} // namespace roomd::session
