#pragma once

#include <cstdint>
#include <optional>
#include <string>

struct stack_st_X509;
struct x509_st;

namespace roomd::net {

// When all certificates of a chain are valid, in milliseconds since 1970.
struct Validity {
    std::int64_t from_ms, until_ms;
};

// Of a PEM file; nothing when it cannot be read.
std::optional<Validity> validity_of(const std::string &certificate);
// Of one and its chain, which may be null.
std::optional<Validity> validity_of(const x509_st *, const stack_st_X509 *chain);

} // namespace roomd::net
