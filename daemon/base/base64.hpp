#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace roomd::base {

// RFC 4648 section 4, padded.
std::string base64(std::string_view bytes);
void append_base64(std::string &out, std::string_view bytes);

// As Node decodes: takes the URL-safe letters too, skips foreign characters, needs no padding,
// stops at the first '='.  Never fails.
std::string unbase64(std::string_view text);

// RFC 4648 section 5 without padding, as JOSE writes it.
std::string base64url(std::string_view bytes);
// Accepts only that: no padding, no foreign characters, no unused bits set.  So no two texts decode
// to the same bytes.
std::optional<std::string> unbase64url(std::string_view text);

} // namespace roomd::base
