#include "config/readers.hpp"
#include "policy/origins.hpp"
#include "policy/own_origin.hpp"

#include <optional>
#include <utility>

namespace roomd::config {
namespace {

// Warns of strangers whom a wildcard lets in too.
void check_wildcard(const Source &source, const Text &text, const policy::OriginPattern &origin,
                    bool credentials) {
    const std::string named = "origin \"" + text.value + "\": ";
    if (origin.any()) {
        if (credentials)
            source.fault(text.mark, named + "any page could use its visitors' credentials",
                         "name the origins, or write cors: { credentials: false }");
        return;
    }
    const std::string behind(origin.behind());
    switch (policy::suffix_risk(origin)) {
    case policy::Suffix::icann:
        source.fault(text.mark,
                     named + (behind.empty()
                                  ? "the wildcard covers top-level domains"
                                  : "the wildcard covers the public suffix \"" + behind + '"'),
                     "write \"https://*.example.com\"; try `roomd cors test <origin>`");
        break;
    case policy::Suffix::private_:
        source.warn(text.mark, named + "anyone can register a name under \"" + behind + '"',
                    "such a page may connect: take tokens in CONNECT, never from cookies; or name "
                    "the origins");
        break;
    case policy::Suffix::none: break;
    }
}

// Every origin that was read, with the portal that has it.
class Origins {
public:
    void add(const Source &source, const Text &text, const policy::OriginPattern &origin,
             const std::string &portal) {
        for (const Seen &seen : seen_)
            if (seen.origin.same_as(origin))
                return source.fault(text.mark, "duplicate origin \"" + text.value + '"',
                                    "portal \"" + seen.portal + "\" has it already");
        seen_.push_back({origin, portal});
    }

private:
    struct Seen {
        policy::OriginPattern origin;
        std::string portal;
    };
    std::vector<Seen> seen_;
};

void check_roles(const Section &entry) {
    const Item *node = entry.find("roles");
    if (node == nullptr) return;
    const std::vector<Text> roles = entry.elements("roles");
    if (roles.empty() && node->kind != Item::Kind::scalar && node->kind != Item::Kind::map)
        entry.fault("roles", entry.shown("roles") + " is empty: nobody could connect",
                    "write [student], or remove it to let everyone connect");
    for (const Text &text : roles)
        if (text.value.empty())
            entry.source().fault(text.mark, "\"" + text.shown + "\" is empty", "write a role");
}

} // namespace

// After DNS rebinding a stranger's page has this machine's address as its origin, and connects
// unless it needs a token that it cannot have.
void check_own_origin(const Section &top, Config &config) {
    const Cors &cors = config.cors;
    if (!cors.allow_own_origin && cors.own_hosts.empty()) return;
    const Section in = top.map("cors", Section::Others::taken); // read_portals() told of others
    for (const Text &text : in.elements("own_hosts"))
        if (!policy::is_host(text.value))
            in.source().fault(text.mark,
                              "\"" + text.shown + "\": invalid host \"" + text.value + '"',
                              "write it as clients do: api.example.com, or 192.168.1.10:3001");
    if (!cors.allow_own_origin)
        return in.source().warn(in.mark("own_hosts"),
                                in.shown("own_hosts") + " has no effect: own_origin is refuse",
                                "remove it, or write own_origin: allow");
    const bool safe = config.auth.mode == Auth::Mode::required && config.auth.cookie.empty();
    if (!safe && cors.own_hosts.empty())
        in.fault(
            "own_origin",
            in.shown("own_origin") + ": any page could connect whose name resolves to this "
                                     "machine (DNS rebinding)",
            "write own_hosts: [api.example.com], or auth: { mode: required } without a cookie");
}

void read_portals(const Section &top, Config &config) {
    top.map("cors").read(cors_keys, config.cors);
    Unique names("portal");
    Origins known;
    for (const Section &entry : top.list("portals")) {
        policy::Portal portal;
        entry.read(portal_keys, portal);
        if (entry.has("name") && !portal.name.empty()) {
            names.add(entry, "name", portal.name);
            if (!is_plain_name(portal.name, "_-."))
                entry.fault("name", "invalid portal name \"" + portal.name + '"',
                            "begin with a letter; then letters, digits, \"_\", \"-\" and \".\"");
        }
        std::vector<Text> origins;
        if (entry.require("origins")) entry.texts("origins", origins);
        for (const Text &text : origins) {
            auto origin = policy::parse_pattern(text.value);
            if (!origin) {
                entry.source().fault(text.mark, "origin \"" + text.value + "\": " + origin.error(),
                                     "write scheme, host and port alone: https://app.example.com");
                continue;
            }
            check_wildcard(entry.source(), text, *origin, config.cors.credentials);
            known.add(entry.source(), text, *origin, portal.name);
            portal.origins.push_back(*std::move(origin));
        }
        check_roles(entry);
        config.portals.push_back(std::move(portal));
    }
}

} // namespace roomd::config
