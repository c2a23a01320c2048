#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace roomd::policy {

// Native apps name as their origin the server that they connect to: React Native, Swift's and
// Python's clients do.  `cors.own_origin: allow` lets these in.
//
// A page can have such an origin too: after DNS rebinding, a name of its owner's resolves to this
// machine.  So any host will do only where a client must send a token that the page cannot have.
class OwnOrigin {
public:
    OwnOrigin() = default; // admits none
    // `hosts`: as a Host header has them; empty: any.
    explicit OwnOrigin(std::vector<std::string> hosts) : allowed_(true), hosts_(std::move(hosts)) {}

    // Whether this is an origin over http, https, ws or wss, of the host that the request names in
    // its Host header, and of one of `hosts`.
    bool admits(std::string_view origin, std::string_view host) const;
    // Whether there is a host for which it would.
    bool may_admit(std::string_view origin) const;
    friend bool operator==(const OwnOrigin &, const OwnOrigin &) = default;

private:
    bool allowed_ = false;
    std::vector<std::string> hosts_;
};

// Whether a Host header may say this.
bool is_host(std::string_view text);

} // namespace roomd::policy
