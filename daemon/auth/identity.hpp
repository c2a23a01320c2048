#pragma once

#include <string>
#include <string_view>

namespace roomd::auth {

// The claims that identify a user; references as in claims.hpp.
struct ClaimNames {
    std::string user = "sub";
    std::string role = "role";
    std::string tenant = "tenant";
    friend bool operator==(const ClaimNames &, const ClaimNames &) = default;
};

// The identity that plugins, rules and logs see: a JSON object with `user` and `tenant` (strings;
// left out unless the claim is a string or an exact integer), `roles` (a list of strings, each
// once; left out when there are none) and `claims`, the payload as it was signed.
std::string identity_json(std::string_view claims, const ClaimNames &);

} // namespace roomd::auth
