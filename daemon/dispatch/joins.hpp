#pragma once

#include "dispatch/options.hpp"
#include "dispatch/whereabouts.hpp"
#include "dispatch/wish.hpp"

#include <string_view>

// What is decided about rooms before and beside plugins.  Pure over what it is given: the daemon
// and `roomd explain` both ask here.
namespace roomd::dispatch {

// Why the limits keep the client out of a room it is not in; null when they do not.
const Refusal *over_limit(const Options &, const RoomKind &, std::string_view room,
                          const Whereabouts &);

// Why a client's wish to join is refused before a plugin is asked, and before the rules are;
// null when it is not.  A client that is in the room already is not checked again.
const Refusal *refuse_wish(const Options &, const RoomKind &, std::string_view room,
                           const Whereabouts &);

// Enters the rooms of kinds with `join: auto` that the claims name, as far as the limits let it.
// A claim whose value is not a valid id is refused, once for a kind.
void enter_automatic_rooms(const Options &, std::string_view claims, Whereabouts &);

} // namespace roomd::dispatch
