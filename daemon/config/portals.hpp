#pragma once

#include "config/key.hpp"
#include "policy/portals.hpp"

#include <array>
#include <string>
#include <vector>

namespace roomd::config {

struct Cors {
    Cors();
    bool credentials{};
    std::vector<std::string> methods;
    bool allow_missing_origin{};
    bool allow_own_origin{};
    std::vector<std::string> own_hosts; // empty: any
    friend bool operator==(const Cors &, const Cors &) = default;
};

// clang-format off
inline constexpr std::array portal_list{
    structured("portals", "list", "[]", Reload::yes,
        "Web applications that may connect, one entry each."),
};
inline constexpr std::array portal_keys{
    text("portals[].name", &policy::Portal::name, "", Reload::yes,
        "Names the portal in logs and counters.")
        .required("write name: owner").sample("owner"),
    structured<policy::Portal>("portals[].origins", "list", "", Reload::yes,
        "Its origins as browsers send them, such as `https://app.example.com`. One `*` stands for a part of one label: `https://*.example.com`.")
        .required("write [\"https://app.example.com\"]")
        .sample("[\"https://owner-*.example.com\", \"http://localhost:3000\"]"),
    texts("portals[].roles", &policy::Portal::roles, "", Reload::yes,
        "Who may use it: clients with any of these roles. Without it: everyone.")
        .sample("[library_owner, staff]"),
};
inline constexpr std::array cors_keys{
    flag("cors.credentials", &Cors::credentials, "true", Reload::yes,
        "Whether browsers may send cookies."),
    texts("cors.methods", &Cors::methods, "[GET, POST]", Reload::yes,
        "Methods that preflight answers name.")
        .of("GET HEAD POST PUT DELETE PATCH OPTIONS"),
    word<&Cors::allow_missing_origin>("cors.missing_origin", "refuse allow", "allow", Reload::yes,
        "Whether to `refuse` or `allow` requests without an Origin header: servers and most native apps send none."),
    word<&Cors::allow_own_origin>("cors.own_origin", "refuse allow", "refuse", Reload::yes,
        "Whether to `refuse` or `allow` an Origin that no portal has and that is the address the client connects to, as some native apps send. See [cookbook.md](cookbook.md#native-apps)."),
    texts("cors.own_hosts", &Cors::own_hosts, "[]", Reload::yes,
        "For which addresses that holds, such as `api.example.com` or `192.168.1.10:3001`. Needed where clients connect without a token or with one in a cookie. Empty: any."),
};
// clang-format on

inline Cors::Cors() {
    set_initial(*this, cors_keys);
}

} // namespace roomd::config
