#include "auth/bearer.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace roomd::auth {

std::string_view bearer_credentials(std::string_view authorization) noexcept {
    constexpr std::string_view scheme = "bearer ";
    if (!base::equal_nocase(authorization.substr(0, scheme.size()), scheme)) return {};
    return authorization.substr(
        std::min(authorization.find_first_not_of(' ', scheme.size()), authorization.size()));
}

} // namespace roomd::auth
