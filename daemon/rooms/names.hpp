#pragma once

#include <cstddef>
#include <string_view>

namespace roomd::rooms {

// What rooms and namespaces may be called; for rooms plugins/postgres/sql says it too.  Names are
// refused, never repaired: nothing trims, folds case, decodes or stops at a NUL, so the name that
// was checked is the name that is joined, and no other spelling is.

inline constexpr std::size_t max_id = 255;  // characters after the colon, or of a plain name
inline constexpr std::size_t max_kind = 64; // characters before it

// The rule of is_id(), for messages: as a sentence, and without its beginning.
inline constexpr char id_rule[] =
    "a room id is 1 to 255 visible ASCII characters other than \" * < > ` { }";
inline constexpr std::string_view id_in_words = std::string_view(id_rule).substr(13);

// As users are called elsewhere: `auth0|5f3c`, `CORP\ann`, `urn:uuid:..`, an email address.  `*`
// ends a pattern, braces are fields of templates; the others end texts in pages.
bool is_id(std::string_view text) noexcept;

// What may be before the colon: 1 to 64 characters of [A-Za-z0-9_.@+~-].
bool is_kind(std::string_view text) noexcept;

// `<kind>:<id>`, split at the first colon, or a plain id without one: a plugin's own room, or the
// private room of a client.
bool is_room(std::string_view text) noexcept;

inline constexpr std::size_t max_namespace = 256; // bytes

// Whether clients may connect to a namespace of this name: it begins with "/" and has no spaces,
// control characters or '*', since under a pattern the client chooses it.
bool is_namespace(std::string_view text) noexcept;

// Whether any name is one of these: a name, or a prefix that ends in '*'.
bool can_be_rooms(std::string_view pattern) noexcept;
bool can_be_namespaces(std::string_view pattern) noexcept;

struct Parts {
    std::string_view kind; // empty for a plain name
    std::string_view id;
};

// Of a name that is_room() passed.
Parts split(std::string_view room) noexcept;

} // namespace roomd::rooms
