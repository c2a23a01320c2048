#pragma once

#include <cstddef>
#include <string_view>

namespace roomd::rooms {

// The one place that says what a room, and what a namespace may be called.  Names are refused,
// never repaired: nothing trims, folds case, decodes or stops at a NUL, so the name that was
// checked is the name joined.

inline constexpr std::size_t max_id = 128;  // characters after the colon, or of a plain name
inline constexpr std::size_t max_kind = 64; // characters before it

// 1 to 128 characters of [A-Za-z0-9_.@+~-].
bool is_id(std::string_view text) noexcept;

// What may stand before the colon: 1 to 64 characters of the same alphabet.
bool is_kind(std::string_view text) noexcept;

// `<kind>:<id>`, or a plain id: a plugin's own room, or the private room of a client.
bool is_room(std::string_view text) noexcept;

inline constexpr std::size_t max_namespace = 256; // bytes

// May clients connect to a namespace of this name?  "/" and on, without spaces, control characters
// and '*': under a pattern it is the client who chooses it.
bool is_namespace(std::string_view text) noexcept;

struct Parts {
    std::string_view kind; // empty for a plain name
    std::string_view id;
};

// Of a name that is_room() passed.
Parts split(std::string_view room) noexcept;

} // namespace roomd::rooms
