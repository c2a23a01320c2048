#include "auth/identity.hpp"

#include "auth/claims.hpp"
#include "json/json.hpp"

#include <algorithm>
#include <vector>

namespace roomd::auth {
namespace {

void append_text(std::string &out, std::string_view member, std::string_view claim) {
    const auto text = claim_text(claim);
    if (!text || text->empty()) return;
    out += member;
    json::append_quoted(out, *text);
    out += ',';
}

void append_roles(std::string &out, std::string_view claim) {
    std::vector<std::string> roles;
    for (Value &value : claim_values(claim)) {
        const bool known = std::find(roles.begin(), roles.end(), value.text) != roles.end();
        if (!value.is_boolean && !value.text.empty() && !known)
            roles.push_back(std::move(value.text));
    }
    if (roles.empty()) return;
    out += "\"roles\":[";
    for (const std::string &role : roles) {
        json::append_quoted(out, role);
        out += ',';
    }
    out.back() = ']';
    out += ',';
}

} // namespace

std::string identity_json(std::string_view claims, const ClaimNames &names) {
    claims = json::trim(claims);
    std::string out = "{";
    out.reserve(claims.size() + 128);
    append_text(out, "\"user\":", find_claim(claims, names.user));
    append_roles(out, find_claim(claims, names.role));
    append_text(out, "\"tenant\":", find_claim(claims, names.tenant));
    out += "\"claims\":";
    out += claims;
    out += '}';
    return out;
}

} // namespace roomd::auth
