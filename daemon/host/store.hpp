#pragma once

#include "host/command.hpp"
#include "host/emits.hpp"
#include "roomd/plugin.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

namespace roomd::host {

// Whether it goes to the store: its flags say so, or the key that it is sent on behalf of.
bool is_durable(Instance &, const OwnedEmit &);

// Durable emits, and who waits to hear that they are kept.  Home loop only.
class Store {
public:
    // Judges them and hands them to the keeper, to be kept together; what comes of it `fn` is told
    // for each.  Gives how many of `bytes` stay counted against the instance's budget.
    std::size_t keep(Instance &, const std::vector<OwnedEmit> &, roomd_emitted_fn fn, void *user,
                     std::size_t bytes);
    void answered(StoredCommand &);
    // The ticket was given up: the store may have kept them.
    void unanswered(const Ticket &);
    // Tells every `fn` of this instance that its emits may have been kept.
    void stop(Instance &);

private:
    struct Pending {
        Instance *instance;
        roomd_emitted_fn fn;
        void *user;
        std::vector<std::string> events;
        std::vector<Outcome> outcomes; // what is known beforehand
        std::size_t charged;
    };
    bool hand_over(Pending, const std::vector<OwnedEmit> &, const std::vector<dispatch::Routed> &);
    static void tell(Pending &);

    std::unordered_map<std::uint64_t, Pending> pending_;
    std::uint64_t last_ = 0;
};

} // namespace roomd::host
