#pragma once

#include "auth/key_material.hpp"

#include <string_view>

namespace roomd::auth {

// Why text that was read as a secret is probably not the one that was meant: UTF-16, or a byte
// order mark, quotes or blanks around it, which would all be part of the secret.  Null: nothing.
// Bytes that are not text may be anything; PEM and JSON may end in blank lines.
const char *misread(std::string_view secret) noexcept;

// Whether it is obviously not random: a character or a piece repeated, a sequence such as
// "abcdefgh", or only a few different characters.  Never true for 16 or more random bytes or
// hexadecimal digits.
bool is_guessable(std::string_view secret) noexcept;

// Why a valid key is a bad choice: it would be found at the first try.  Null: nothing.
const char *doubt(const KeyMaterial &) noexcept;

} // namespace roomd::auth
