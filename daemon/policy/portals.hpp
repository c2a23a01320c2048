#pragma once

#include "policy/explained.hpp"
#include "policy/origins.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace roomd::policy {

// A web application that may connect.
struct Portal {
    std::string name;
    std::vector<OriginPattern> origins;
    std::vector<std::string> roles; // who may use it: any of these; empty: everyone
    friend bool operator==(const Portal &, const Portal &) = default;
};

// What happens to a request without an Origin header: servers and most native apps send none.
enum class Missing : std::uint8_t { allow, refuse };

// The one matcher for polling, upgrade, preflight, emit and console.
class Portals {
public:
    Portals() = default; // admits no origin, and no request without one
    Portals(std::vector<Portal>, Missing);

    // The portal that admits this value of an Origin header, as it was sent.  Where several do, the
    // most specific: an origin before a wildcard, a wildcard before `*`; then the first.
    std::optional<std::size_t> find(std::string_view origin) const;
    bool admits(std::string_view origin) const { return find(origin).has_value(); }
    bool admits_missing() const noexcept { return missing_ == Missing::allow; }
    const std::vector<Portal> &list() const noexcept { return portals_; }

    // Which portal and pattern matches, or why each pattern does not.
    Explained explain(std::string_view origin) const;

private:
    struct Index {
        std::size_t portal, origin;
    };
    const OriginPattern &at(const Index &index) const noexcept {
        return portals_[index.portal].origins[index.origin];
    }
    const Index *match(const Origin &) const;

    std::vector<Portal> portals_;
    std::vector<Index> order_; // the most specific first
    Missing missing_ = Missing::refuse;
};

// A pattern under which strangers may register names, or null.  Cookies that hold tokens must not
// be used with one: a stranger's page would connect with its visitors' identities.
const OriginPattern *open_to_strangers(const std::vector<Portal> &);

} // namespace roomd::policy
