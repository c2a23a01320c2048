#pragma once

#include "dispatch/emit.hpp"
#include "dispatch/options.hpp"

#include <string>
#include <utility>
#include <vector>

namespace roomd::dispatch {

// An emit that has been routed, and whether its sender may send it.
struct Routed {
    explicit Routed(Emit sent) : emit(std::move(sent)) {}
    Routed(Routed &&) noexcept = default;
    Routed &operator=(Routed &&) noexcept = default;
    Routed(const Routed &) = delete; // `emit` views into `rooms`
    Routed &operator=(const Routed &) = delete;

    Emit emit;                      // with the rooms it goes to
    std::vector<std::string> rooms; // which the catalogue chose; empty: the sender did
    Emitted refused;                // not ok: why it goes nowhere
    bool given_up = false;          // refused because checking it would take too long
};

// The only judge of what may be sent where.  Of an emit with `route` the catalogue checks the data
// and, when no rooms are given, chooses them; of one with `rights` these are then held against the
// rooms it goes to.  What the sender may not do is told before what is wrong with the data.
Routed route(const Options &, Emit);

} // namespace roomd::dispatch
