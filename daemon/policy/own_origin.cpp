#include "policy/own_origin.hpp"

#include "policy/origins.hpp"

#include <algorithm>
#include <array>

namespace roomd::policy {
namespace {

constexpr std::array<std::string_view, 4> schemes{"http", "https", "ws", "wss"};

// A host without a port means the scheme's: behind a proxy only the client knows which that is.
bool is_of(const Origin &origin, std::string_view host) {
    const auto own = parse_origin(origin.scheme + "://" + std::string(host));
    return own && *own == origin;
}

} // namespace

bool OwnOrigin::admits(std::string_view origin, std::string_view host) const {
    if (!allowed_) return false;
    const auto parsed = parse_origin(origin);
    return parsed && std::find(schemes.begin(), schemes.end(), parsed->scheme) != schemes.end() &&
           is_of(*parsed, host) &&
           (hosts_.empty() ||
            std::any_of(hosts_.begin(), hosts_.end(),
                        [&](const std::string &one) { return is_of(*parsed, one); }));
}

bool OwnOrigin::may_admit(std::string_view origin) const {
    const auto end = origin.find("://");
    return end != std::string_view::npos && admits(origin, origin.substr(end + 3));
}

bool is_host(std::string_view text) {
    return parse_origin("http://" + std::string(text)).ok();
}

} // namespace roomd::policy
