#pragma once

#include "dispatch/options.hpp"
#include "sio/packet.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace roomd::dispatch {

// Why a client's wish is refused: the code of the contract and one sentence.
struct Refusal {
    const char *code;
    const char *message;
};

inline constexpr Refusal room_invalid{
    "room_invalid", "a room id is 1 to 128 characters of A-Z a-z 0-9 _ . @ + ~ -"};
inline constexpr Refusal room_unknown_kind{"room_unknown_kind", "there is no such kind of room"};
inline constexpr Refusal room_denied{"room_denied", "you may not join this room"};
inline constexpr Refusal leave_denied{"room_denied", "you may not leave this room"};
inline constexpr Refusal room_full{"room_full", "this room has as many members as it may have"};
inline constexpr Refusal too_many_of_kind{"too_many_rooms",
                                          "you are in as many rooms of this kind as you may be"};
inline constexpr Refusal too_many_rooms{"too_many_rooms", "you are in as many rooms as you may be"};

// What a client asked for with `join`, `leave`, `join:<kind>` or `leave:<kind>`.
struct Wish {
    enum class Verb { join, leave };
    Verb verb = Verb::join;
    const RoomKind *kind = nullptr;   // null: refused
    std::string room;                 // the whole name, when there is a kind and the id is valid
    std::string shown;                // the room as JSON for an answer: what was asked, or null
    const Refusal *refusal = nullptr; // one of those above
    bool generic = false;             // without a kind in the verb
};

// The kind of this name; null when there is none.
const RoomKind *find_kind(const Options &, std::string_view name) noexcept;

// Nothing when the event's name is no verb.  Reads the arguments, and joins nobody.
std::optional<Wish> read_wish(const Options &, const sio::Event &);

} // namespace roomd::dispatch
