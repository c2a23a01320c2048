#pragma once

#include "base/address.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace roomd::http {

// What a proxy says ahead of a connection that it passes on: the header of the PROXY protocol, of
// version 1 (a line) or 2 (binary).
struct ProxyHeader {
    enum class Step : std::uint8_t { more, done, malformed };
    // Bytes of one; version 2 could announce 64 KiB.
    static constexpr std::size_t longest = 4096;

    Step step = Step::more;
    std::size_t size = 0; // done: what is behind it belongs to the connection
    // Done: for whom the proxy speaks.  Nothing: it does not say (UNKNOWN, a Unix socket), or
    // speaks for itself (LOCAL).
    std::optional<base::Address> client;
    const char *why = nullptr; // it is malformed
};

// Reads the header at the front of `seen`, which may be incomplete.  What makes it malformed is
// never mended by more bytes.
ProxyHeader read_proxy_header(std::string_view seen) noexcept;

// Whether these bytes begin as such a header does, and as no request could.
bool begins_as_proxy_header(std::string_view bytes) noexcept;
// The same of the five bytes of a TLS record's head, none of which begins so.
bool may_be_proxy_header(std::string_view five) noexcept;

} // namespace roomd::http
