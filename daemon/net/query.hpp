#pragma once

#include "http/query.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace roomd::net {

// A query parameter as Engine.IO reads it: the last one of this name.
std::optional<std::string> member(const http::Query &, std::string_view name);
// {"name":"value",...}; the last of duplicates.  Always valid JSON.  Every parameter named
// `without` is left out; empty: none is.
std::string json_object(const http::Query &, std::string_view without = {});

} // namespace roomd::net
