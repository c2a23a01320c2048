#pragma once

#include "auth/key_material.hpp"

#include <string_view>

namespace roomd::auth {

// Is it one that nobody drew at random: a character or a piece over and over, a row such as
// "abcdefgh", or a few characters only?  One of 16 and more random bytes or hexadecimal digits
// never is.
bool is_guessable(std::string_view secret) noexcept;

// What speaks against a key that may be used: it would be found at the first try.  Null: nothing.
const char *doubt(const KeyMaterial &) noexcept;

} // namespace roomd::auth
