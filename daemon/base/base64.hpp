#pragma once

#include <string>
#include <string_view>

namespace roomd::base {

// RFC 4648 section 4, padded.
std::string base64(std::string_view bytes);
void append_base64(std::string &out, std::string_view bytes);

// As Node decodes: takes the URL-safe letters too, skips foreign characters, needs no padding,
// stops at the first '='.  Never fails.
std::string unbase64(std::string_view text);

} // namespace roomd::base
