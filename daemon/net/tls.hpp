#pragma once

#include <cstddef>
#include <string>

struct ssl_ctx_st;

namespace roomd::net {

inline constexpr std::size_t largest_pem = 1u << 20; // bytes of a file

// Reads the certificate with its chain, and the key.  Throws when they cannot be read or do not
// belong together.
void read_certificate(ssl_ctx_st *, const std::string &certificate, const std::string &key);

} // namespace roomd::net
