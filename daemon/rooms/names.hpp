#pragma once

#include <cstddef>
#include <string_view>

namespace roomd::rooms {

// The only place that says what rooms and namespaces may be called.  Names are refused, never
// repaired: nothing trims, folds case, decodes or stops at a NUL, so the name that was checked is
// the name that is joined.

inline constexpr std::size_t max_id = 128;  // characters after the colon, or of a plain name
inline constexpr std::size_t max_kind = 64; // characters before it

// 1 to 128 characters of [A-Za-z0-9_.@+~-].
bool is_id(std::string_view text) noexcept;

// What may be before the colon: 1 to 64 characters of the same alphabet.
bool is_kind(std::string_view text) noexcept;

// `<kind>:<id>`, or a plain id: a plugin's own room, or the private room of a client.
bool is_room(std::string_view text) noexcept;

inline constexpr std::size_t max_namespace = 256; // bytes

// Whether clients may connect to a namespace of this name: it begins with "/" and has no spaces,
// control characters or '*', since under a pattern the client chooses it.
bool is_namespace(std::string_view text) noexcept;

struct Parts {
    std::string_view kind; // empty for a plain name
    std::string_view id;
};

// Of a name that is_room() passed.
Parts split(std::string_view room) noexcept;

} // namespace roomd::rooms
