#include "fuzz/fuzz.hpp"
#include "policy/rules.hpp"

#include <algorithm>

using namespace roomd;

namespace {

using Kind = policy::Condition::Kind;

policy::Condition condition(std::string_view claim, Kind kind, std::string_view wanted) {
    policy::Condition out;
    out.claim = *policy::parse_claim(claim);
    out.kind = kind;
    if (!wanted.empty()) out.wanted = {*policy::parse_wanted(wanted)};
    return out;
}

policy::RoomRules make(policy::Rule rule) {
    policy::RoomRules rules;
    rules.join = policy::Join::automatic;
    rules.rules = {std::move(rule)};
    return rules;
}

} // namespace

// Any JSON may be claims: a decision and its explanation agree, each automatic room is one that is
// admitted, and nobody is in a room whose id stands nowhere in the claims.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    static const policy::RoomRules kinds[] = {
        make({{condition("sub", Kind::equals, "{id}")}}),
        make({{condition("/a/b", Kind::contains, "lib-{id}"), condition("c", Kind::exists, "")}}),
        make({{condition("sub", Kind::in, "{id}"), condition("role", Kind::in, "{id}")}}),
    };
    const auto claims = fuzz::text(data, size);
    if (!json::check(claims)) return 0;
    for (const auto &kind : kinds) {
        std::vector<std::string> ids;
        automatic(kind, claims, ids);
        fuzz::must(ids.size() <= policy::Values::most);
        for (const auto &id : ids) {
            fuzz::must(admits(kind, id, claims));
            fuzz::must(std::count(ids.begin(), ids.end(), id) == 1);
        }
        for (const char *id : {"staff", "1", "true", "no-such-id"}) {
            const bool admitted = admits(kind, id, claims);
            fuzz::must(admitted == explain(kind, id, claims).admitted);
            const bool listed = std::find(ids.begin(), ids.end(), id) != ids.end();
            fuzz::must(admitted == listed || ids.size() == policy::Values::most);
            // Written out, or with an escape.
            if (admitted)
                fuzz::must(claims.find(id) != claims.npos || claims.find('\\') != claims.npos);
        }
    }
    return 0;
}
