#pragma once

#include "base/result.hpp"
#include "policy/suffix.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace roomd::policy {

// An origin in parts (RFC 6454): compared as a whole, never by a prefix or an expression.
struct Origin {
    std::string scheme;     // lower case; "null" for the opaque origin
    std::string host;       // lower case; addresses in canonical form, IPv6 in brackets; "" for
                            // "null" and "file"
    std::uint16_t port = 0; // filled in for http, https, ws, wss; 0 where a scheme has no default
    friend bool operator==(const Origin &, const Origin &) = default;
};

// What a browser or an app sends: `scheme://host[:port]`, `null` or `file://`.  Nothing else is
// accepted: no user, path, query, blank, control character or trailing dot.
base::Result<Origin> parse_origin(std::string_view text);

// What a portal names: an origin in whose host one `*`, inside a label, matches one or more of a-z,
// 0-9 and "-"; or `*` alone, which matches every origin that has a host.
class OriginPattern {
public:
    const std::string &text() const noexcept { return text_; } // as written
    bool any() const noexcept { return star_ == any_origin; }  // `*` alone
    bool wild() const noexcept { return star_ != none; }
    // How much of the host is given: of two patterns that match, the more specific one counts.
    std::size_t said() const noexcept { return wild() ? origin_.host.size() : none; }
    // What is right of the wildcard's label, which may be empty; "" without a wildcard.
    std::string_view behind() const noexcept;
    // Whether both mean the same, however they are spelled.
    bool same_as(const OriginPattern &) const noexcept;

    // Null when it matches, else why it does not.
    const char *mismatch(const Origin &) const;
    bool matches(const Origin &origin) const { return mismatch(origin) == nullptr; }

    friend bool operator==(const OriginPattern &, const OriginPattern &) = default;

private:
    friend base::Result<OriginPattern> parse_pattern(std::string_view);
    static constexpr std::size_t none = std::string_view::npos, any_origin = none - 1;
    const char *host_mismatch(std::string_view host) const;

    std::string text_;
    Origin origin_;
    std::size_t star_ = none; // its position in the host
};

base::Result<OriginPattern> parse_pattern(std::string_view text);

// Who may register a name that the wildcard matches: `none` without a wildcard, `private_` for `*`
// alone.
Suffix suffix_risk(const OriginPattern &);

} // namespace roomd::policy
