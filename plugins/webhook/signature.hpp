#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace roomd::webhook {

// HMAC-SHA256 in lower-case hexadecimal.
std::string hmac_sha256(std::string_view secret, std::string_view text);

// SHA-256, as bytes.
std::string sha256(std::string_view text);

// The value of the header Roomd-Signature: "t=<unix seconds>,v1=<hex>", with one v1 for each
// secret.  Each v1 is the HMAC of "<unix seconds>.<body>".
std::string signature(const std::vector<std::string> &secrets, std::int64_t unix_seconds,
                      std::string_view body);

} // namespace roomd::webhook
