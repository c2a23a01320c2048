#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace roomd::policy {

// An origin in parts (RFC 6454): compared whole, never as a prefix or by an expression.
struct Origin {
    std::string scheme;     // lower case; "null" for the opaque origin
    std::string host;       // lower case; IPv6 in brackets
    std::uint16_t port = 0; // filled in for http and https; 0 where a scheme has no default
    friend bool operator==(const Origin &, const Origin &) = default;
};

// `scheme://host[:port]`, and nothing else: no user, path, query, blank or control character.
// Used for both sides, so what the configuration says and what a browser sends meet as parts.
base::Result<Origin> parse_origin(std::string_view text);

// What a request without an Origin header gets: native apps and servers send none.
enum class Missing : std::uint8_t { allow, refuse };

// The one matcher for polling, upgrade and preflight.
class Origins {
public:
    Origins() = default; // admits no origin, and none missing
    Origins(std::vector<Origin> allowed, Missing missing);

    bool admits(std::string_view origin) const; // the header's value as it came
    bool admits_missing() const noexcept { return missing_ == Missing::allow; }

private:
    std::vector<Origin> allowed_;
    Missing missing_ = Missing::refuse;
};

} // namespace roomd::policy
