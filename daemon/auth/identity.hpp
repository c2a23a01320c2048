#pragma once

#include <string>
#include <string_view>

namespace roomd::auth {

// Which claims say who somebody is; references as in claims.hpp.
struct ClaimNames {
    std::string user = "sub";
    std::string role = "role";
    std::string tenant = "tenant";
    friend bool operator==(const ClaimNames &, const ClaimNames &) = default;
};

// Who somebody is, as plugins, rules and logs see it: a JSON object with `user` and `tenant` (text;
// left out unless the claim is text or an exact integer), `roles` (a list of texts, each once; left
// out when there are none) and `claims`, the payload as it was signed.
std::string identity_json(std::string_view claims, const ClaimNames &);

} // namespace roomd::auth
