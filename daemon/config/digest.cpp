#include "config/digest.hpp"

#include "auth/keys.hpp"

namespace roomd::config {

std::string digest(std::string_view text) {
    constexpr std::string_view scheme = "sha256:";
    return auth::format_digest(auth::sha256(text)).substr(scheme.size(), 16);
}

} // namespace roomd::config
