#include "auth/algorithm.hpp"

#include <algorithm>

namespace roomd::auth {

const std::vector<std::string_view> &algorithm_names() {
    static const std::vector<std::string_view> names{"HS256", "HS384", "HS512", "RS256",
                                                     "RS384", "RS512", "PS256", "PS384",
                                                     "PS512", "ES256", "ES384", "ES512"};
    return names;
}

std::string_view name(Algorithm algorithm) noexcept {
    return algorithm_names()[static_cast<std::size_t>(algorithm)];
}

std::optional<Algorithm> parse_algorithm(std::string_view text) noexcept {
    const auto &names = algorithm_names();
    const auto found = std::find(names.begin(), names.end(), text);
    if (found == names.end()) return {};
    return static_cast<Algorithm>(found - names.begin());
}

Family family(Algorithm algorithm) noexcept {
    if (algorithm <= Algorithm::HS512) return Family::hmac;
    return algorithm <= Algorithm::PS512 ? Family::rsa : Family::ec;
}

std::size_t hash_size(Algorithm algorithm) noexcept {
    return 32 + 16 * (static_cast<std::size_t>(algorithm) % 3);
}

} // namespace roomd::auth
