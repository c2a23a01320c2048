#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace roomd::http {

// The query of a target, decoded as Node does (querystring, URLSearchParams): split at '&', '+' is
// a blank, "%41" is "A", and a '%' that begins no such triple stands for itself.  In order; a
// member without '=' has an empty value; at most `most` members, counting empty ones, and the rest
// is dropped.  Names and values are UTF-8: U+FFFD replaces invalid bytes.
using Query = std::vector<std::pair<std::string, std::string>>;
inline constexpr std::size_t most_members = 256;
Query parse_query(std::string_view raw, std::size_t most = most_members);

} // namespace roomd::http
