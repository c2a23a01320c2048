#pragma once

#include <string_view>

namespace roomd::net {

// Does the peer that sent this Accept-Encoding (RFC 9110, 12.5.3) take gzip, and not rather have
// the body as it is?  An empty one takes nothing; what is malformed in it does not count.
bool takes_gzip(std::string_view header) noexcept;

} // namespace roomd::net
