#pragma once

#include "vectors/vectors.hpp"

#include <string>
#include <string_view>

// Tokens for tests, good and bad ones, signed with OpenSSL alone: not with what is tested.
namespace roomd::test {

// header.payload.signature, whatever the three are.
std::string compact(std::string_view header, std::string_view payload, std::string_view signature);

// The same, signed as `algorithm` says, whatever the header claims.  `key`: PEM, or the secret of
// HS*.
std::string sign(std::string_view algorithm, std::string_view key, std::string_view header,
                 std::string_view payload);

// {"alg":"<algorithm>","typ":"JWT"} and the payload.
std::string sign(std::string_view algorithm, std::string_view key, std::string_view payload);

// The example keys: those that sign, and those that tokens are checked with.
inline std::string signing(const std::string &name) {
    return vector("key/signing/" + name);
}

inline std::string checking(const std::string &name) {
    return vector("key/checking/" + name);
}

} // namespace roomd::test
