#include "policy/portals.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <utility>

namespace roomd::policy {

Portals::Portals(std::vector<Portal> portals, Missing missing) :
    portals_(std::move(portals)),
    missing_(missing) {
    for (std::size_t portal = 0; portal < portals_.size(); ++portal)
        for (std::size_t origin = 0; origin < portals_[portal].origins.size(); ++origin)
            order_.push_back({portal, origin});
    std::stable_sort(order_.begin(), order_.end(), [this](const Index &a, const Index &b) {
        return at(a).said() > at(b).said();
    });
}

const Portals::Index *Portals::match(const Origin &origin) const {
    const auto found = std::find_if(order_.begin(), order_.end(),
                                    [&](const Index &index) { return at(index).matches(origin); });
    return found == order_.end() ? nullptr : &*found;
}

std::optional<std::size_t> Portals::find(std::string_view text) const {
    const auto origin = parse_origin(text);
    const Index *index = origin ? match(*origin) : nullptr;
    return index == nullptr ? std::nullopt : std::optional(index->portal);
}

Explained Portals::explain(std::string_view text) const {
    const std::string shown = base::in_quotes(text);
    const auto origin = parse_origin(text);
    if (!origin) return {false, shown + " is refused: " + origin.error()};
    const auto name = [this](const Index &index) {
        return "portal \"" + portals_[index.portal].name + "\": \"" + at(index).text() + '"';
    };
    if (const Index *index = match(*origin))
        return {true, shown + " is admitted\n  " + name(*index)};
    std::string out = shown + " is refused: no portal names it";
    for (const Index &index : order_)
        out += "\n  " + name(index) + ": " + at(index).mismatch(*origin);
    return {false, std::move(out)};
}

const OriginPattern *open_to_strangers(const std::vector<Portal> &portals) {
    for (const Portal &portal : portals)
        for (const OriginPattern &origin : portal.origins)
            if (suffix_risk(origin) != Suffix::none) return &origin;
    return nullptr;
}

} // namespace roomd::policy
