#pragma once

#include "base/ids.hpp"

#include <span>
#include <string_view>

namespace roomd::rooms {

// Whom an emit goes to: the union of `rooms` and `clients`, minus the members of `except` and
// minus `not_to`.  Views, valid during the call.  Names nobody is in select nobody: a missing room
// never means everyone.
struct Selection {
    std::span<const std::string_view> rooms = {};
    std::span<const std::string_view> except = {};
    std::span<const base::ClientId> clients = {}; // by id, as long as they are in the space
    std::span<const base::ClientId> not_to = {};
    bool everyone = false; // the whole space, instead of rooms and clients
};

} // namespace roomd::rooms
