#pragma once

#include "auth/key_material.hpp"

#include <string_view>

namespace roomd::auth {

// Why text that was read for a secret is hardly the secret that was meant: UTF-16, or with a byte
// order mark, quotes or blanks around it, which would all be parts of the secret.  Null: nothing.
// Bytes that are no text may be any; PEM and JSON may end in blank lines.
const char *misread(std::string_view secret) noexcept;

// Is it one that nobody drew at random: a character or a piece over and over, a row such as
// "abcdefgh", or a few characters only?  One of 16 and more random bytes or hexadecimal digits
// never is.
bool is_guessable(std::string_view secret) noexcept;

// What speaks against a key that may be used: it would be found at the first try.  Null: nothing.
const char *doubt(const KeyMaterial &) noexcept;

} // namespace roomd::auth
