#pragma once

#include "host/command.hpp"
#include "roomd/plugin.h"

#include <cstddef>
#include <cstdint>
#include <unordered_map>

namespace roomd::host {

class Instance;

// What plugins ask the spool, and who waits to hear of it.  Home loop only.
class Spool {
public:
    // Hands it to the spool.  Gives how many of `bytes` stay counted against the instance's budget.
    std::size_t ask(Instance &, SpoolCommand &, std::size_t bytes);
    void answered(SpooledCommand &);
    // The ticket was given up: the spool may have done it.
    void unanswered(const Ticket &);
    // Tells every `fn` of this instance that it may have been done.
    void stop(Instance &);

private:
    struct Pending {
        Instance *instance;
        roomd_spooled_fn fn;
        void *user;
        std::size_t charged;
    };
    static void tell(Instance &, roomd_spooled_fn, void *user, const OwnedSpooled &);

    std::unordered_map<std::uint64_t, Pending> pending_;
    std::uint64_t last_ = 0;
};

} // namespace roomd::host
