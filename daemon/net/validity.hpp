#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace roomd::net {

// When all certificates of a chain are valid, in milliseconds since 1970.
struct Validity {
    std::int64_t from_ms, until_ms;
};

// Of a PEM file; nothing when it cannot be read.
std::optional<Validity> validity_of(const std::string &certificate);

} // namespace roomd::net
