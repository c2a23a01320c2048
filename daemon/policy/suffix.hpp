#pragma once

#include <cstdint>
#include <string_view>

namespace roomd::policy {

// Whether strangers may register names directly below a domain (publicsuffix.org).
enum class Suffix : std::uint8_t {
    none,    // no: it has one owner
    icann,   // under a registry: com, co.uk; the empty domain, and top-level names nobody lists
    private_ // under a company that lets anyone: pages.dev, vercel.app
};

// `domain` in lower case, IDNs as punycode.  The first call reads the list of the system, where it
// is newer than the one that libpsl brings.
Suffix suffix_of(std::string_view domain);

} // namespace roomd::policy
