#pragma once

#include <string_view>

namespace roomd::net {

// Whether the peer that sent this Accept-Encoding (RFC 9110, 12.5.3) accepts gzip and does not
// prefer the plain body.  An empty value accepts nothing; malformed members are ignored.
bool takes_gzip(std::string_view header) noexcept;

} // namespace roomd::net
