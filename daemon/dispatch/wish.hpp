#pragma once

#include "dispatch/options.hpp"
#include "rooms/names.hpp"

#include <string>
#include <string_view>

namespace roomd::dispatch {

// Why a client's wish is refused: the code of the contract and one sentence.
struct Refusal {
    const char *code;
    const char *message;
};

inline constexpr Refusal room_invalid{"room_invalid", rooms::id_rule};
inline constexpr Refusal room_unknown_kind{"room_unknown_kind", "there is no such kind of room"};
inline constexpr Refusal room_denied{"room_denied", "you may not join this room"};
inline constexpr Refusal leave_denied{"room_denied", "you may not leave this room"};
inline constexpr Refusal room_full{"room_full", "this room is full"};
inline constexpr Refusal too_many_of_kind{"too_many_rooms",
                                          "you are in as many rooms of this kind as allowed"};
inline constexpr Refusal too_many_rooms{"too_many_rooms", "you are in as many rooms as allowed"};

// Not only to wishes: to any event that nobody takes.
inline constexpr Refusal unknown_event{"unknown_event",
                                       "nothing here handles an event of this name"};

// The kind of this name; null when there is none.
const RoomKind *find_kind(const Options &, std::string_view name) noexcept;

// A room that a client names.
struct NamedRoom {
    const RoomKind *kind = nullptr;   // null: refused
    const Refusal *refusal = nullptr; // room_invalid or room_unknown_kind
};
NamedRoom name_room(const Options &, std::string_view room) noexcept;

// What follows a client's verb: `leave:library` with "1", or `leave` with "library:1".
struct Wish {
    const RoomKind *kind = nullptr;   // null: refused
    std::string room;                 // the whole name, when there is a kind and the id is valid
    std::string shown;                // the room as JSON for an answer: what was asked, or null
    const Refusal *refusal = nullptr; // one of those above
    bool generic = false;             // without a kind in the verb
};

// `kind`: behind the verb's colon; null for a generic one.  Joins nobody.
Wish read_wish(const Options &, const std::string_view *kind, std::string_view args);

} // namespace roomd::dispatch
