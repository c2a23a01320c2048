#pragma once

#include "policy/rules.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace roomd::dispatch {

// One kind of room: its name before the colon, and how it is joined.  Gives the verbs `join:<kind>`
// and `leave:<kind>`.
struct RoomKind {
    using Join = policy::Join;
    std::string name;
    Join join = Join::request;
    bool allow_all = false; // rules over claims come with identity
};

struct Options {
    std::vector<std::string> namespaces; // names, or prefixes ending in '*'; "/" always exists
    std::vector<RoomKind> kinds;
    std::size_t rooms_per_client = 100;
    std::size_t max_emit = 1000000; // bytes of one event's arguments
    bool unknown_events = true;     // catalogue.unknown: allow
};

} // namespace roomd::dispatch
