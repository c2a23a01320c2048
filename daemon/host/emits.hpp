#pragma once

#include "dispatch/emit.hpp"
#include "dispatch/routing.hpp"
#include "host/command.hpp"
#include "host/instance.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace roomd::host {

// What one emit came to, as its `fn` is told.
struct Outcome {
    dispatch::Emitted emitted;
    std::string id;
    bool duplicate = false;
    roomd_status status = ROOMD_OK;
    bool stored = false; // by the store, under this id
};

// As the Router routes it, with the rights of the key it is sent on behalf of.  Refused when that
// key does not exist any more.  Views into the emit.
dispatch::Routed route(Instance &, const OwnedEmit &);
// Takes these from the rates of the keys that they are sent on behalf of, once for each emit.  What
// its `fn` is told when one has not enough left; nothing else.
std::optional<Outcome> over_rate(Instance &, std::span<const OwnedEmit>);
// Whether the Router would take it.
Outcome check(Services &, const dispatch::Routed &);
// Sends one emit, once for each idempotency key.  `routed` is what route() made of it.
Outcome send(Instance &, const OwnedEmit &, dispatch::Routed &routed);
// All or none.
std::vector<Outcome> send_all(Instance &, const std::vector<OwnedEmit> &);

// Some of a batch were refused: then so are the others.
void spare_others(std::vector<Outcome> &);
// Calls `fn`; with none a refusal is logged.
void tell(Instance &, roomd_emitted_fn fn, void *user, const std::string &event, const Outcome &,
          std::size_t index);

} // namespace roomd::host
