#include "base/text.hpp"
#include "fuzz/fuzz.hpp"
#include "policy/portals.hpp"
#include "policy/suffix.hpp"

using namespace roomd;

namespace {

const policy::Portals &portals() {
    static const policy::Portals made = [] {
        std::vector<policy::Portal> list;
        for (const char *text : {"https://studyspot-*.vercel.app", "https://a.example:8443"})
            list.push_back({text, {*policy::parse_pattern(text)}, {}});
        return policy::Portals{list, policy::Missing::refuse};
    }();
    return made;
}

// What the wildcard pattern means, said another way.
bool is_studyspot(const std::string &text) {
    constexpr std::string_view front = "https://studyspot-", back = ".vercel.app";
    std::string_view rest = text;
    if (rest.ends_with(":443")) rest.remove_suffix(4);
    if (rest.size() <= front.size() + back.size() || !rest.starts_with(front) ||
        !rest.ends_with(back))
        return false;
    rest = rest.substr(front.size(), rest.size() - front.size() - back.size());
    return rest.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == rest.npos &&
           text.size() <= 253 + 12;
}

} // namespace

// Any bytes are an origin or a pattern, or are refused; what matches is what the pattern says.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    const auto text = fuzz::text(data, size);
    if (const auto origin = policy::parse_origin(text); origin && origin->scheme != "null") {
        const std::string whole = origin->scheme + "://" + origin->host +
                                  (origin->port ? ':' + std::to_string(origin->port) : "");
        const auto again = policy::parse_origin(whole);
        fuzz::must(again && *again == *origin);
        fuzz::must(policy::parse_pattern(text)->matches(*origin));
    }
    const auto lower = base::lower(text);
    const auto found = portals().find(text);
    const bool host_fits = text.size() <= 253 + 8; // the scheme, and no port
    if (found == 0) fuzz::must(is_studyspot(lower));
    if (found == 1) fuzz::must(lower == "https://a.example:8443");
    if (!found && host_fits) fuzz::must(!is_studyspot(lower));
    fuzz::must(portals().explain(text).admitted == found.has_value());

    if (const auto pattern = policy::parse_pattern(text)) {
        fuzz::must(pattern->text() == text && pattern->same_as(*pattern));
        fuzz::must(pattern->wild() || policy::suffix_risk(*pattern) == policy::Suffix::none);
        // A wildcard stands for no more than a label.
        for (const char *other : {"https://x.example", "https://a.b.c.d.e.example:1", "null"})
            (void)pattern->matches(*policy::parse_origin(other));
    }
    return 0;
}
