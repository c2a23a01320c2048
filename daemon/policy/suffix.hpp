#pragma once

#include <cstdint>
#include <string_view>

namespace roomd::policy {

// Whether strangers may register names directly below a domain (publicsuffix.org).
enum class Suffix : std::uint8_t {
    none,    // no: it has one owner
    icann,   // under a registry: com, co.uk; also the empty domain and unknown top-level names
    private_ // under a company that lets anyone register: pages.dev, vercel.app
};

// `domain` in lower case, IDNs as punycode.  The first call reads the system's list if it is newer
// than the one built into libpsl.
Suffix suffix_of(std::string_view domain);

} // namespace roomd::policy
