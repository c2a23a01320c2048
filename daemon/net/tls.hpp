#pragma once

#include <cstddef>
#include <string>

namespace roomd::net {

inline constexpr std::size_t largest_pem = 1u << 20; // bytes of a file

// Throws when the certificate and the key cannot be read or do not belong together: libwebsockets
// would silently go on, and serve nothing.
void check_certificate(const std::string &certificate, const std::string &key);

} // namespace roomd::net
