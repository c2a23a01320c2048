#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace roomd::base {

// The bytes that percent-encoded text stands for (RFC 3986, 2.1); nothing when a '%' in it does not
// begin a triple.  A '+' is a plus.
std::optional<std::string> percent_decoded(std::string_view text);

} // namespace roomd::base
