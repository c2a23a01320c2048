#pragma once

#include <string_view>

namespace roomd::auth {

// The credentials in the value of an Authorization header: what follows "Bearer", in any case, and
// one or more spaces (RFC 9110, 11.4).  Empty when the scheme is another one, or nothing follows.
std::string_view bearer_credentials(std::string_view authorization) noexcept;

} // namespace roomd::auth
