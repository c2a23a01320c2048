#include "policy/rules.hpp"

#include "rooms/names.hpp"

#include <algorithm>
#include <unordered_set>
#include <utility>

namespace roomd::policy {
namespace {

constexpr std::string_view id_field = "{id}";

} // namespace

bool holds(const Condition &condition, std::string_view id, std::string_view claims) {
    Values values(claims, condition.claim);
    if (condition.kind == Condition::Kind::exists)
        return condition.there ? values.next() : values.absent();
    while (values.next())
        if (std::any_of(condition.wanted.begin(), condition.wanted.end(),
                        [&](const Wanted &wanted) { return wanted.met_by(values, id); }))
            return true;
    return false;
}

namespace {

bool holds(const Rule &rule, std::string_view id, std::string_view claims) {
    return !rule.all.empty() &&
           std::all_of(rule.all.begin(), rule.all.end(),
                       [&](const Condition &c) { return holds(c, id, claims); });
}

bool has_id(const Condition &condition) noexcept {
    return std::any_of(condition.wanted.begin(), condition.wanted.end(),
                       [](const Wanted &wanted) { return wanted.has_id(); });
}

// Conditions that are the same for every id are checked once, before the ids.
bool may_hold(const Rule &rule, std::string_view claims) {
    return std::all_of(rule.all.begin(), rule.all.end(), [&](const Condition &condition) {
        return has_id(condition) || holds(condition, {}, claims);
    });
}

// Ids in their order, each once; a search through the list would be quadratic.
class Ids {
public:
    Ids(std::vector<std::string> &list, std::size_t most) :
        list_(list),
        seen_(list.begin(), list.end()),
        most_(most) {}
    bool full() const noexcept { return list_.size() >= most_; }
    void add(std::string_view id) {
        if (!full() && seen_.emplace(id).second) list_.emplace_back(id);
    }

private:
    std::vector<std::string> &list_;
    std::unordered_set<std::string> seen_;
    std::size_t most_;
};

// The ids for which a condition that compares with `{id}` holds, read once: checking it for each id
// of another claim would be quadratic.
class HoldsFor {
public:
    HoldsFor(const Condition &condition, std::string_view claims) {
        Values values(claims, condition.claim);
        while (values.next())
            for (const Wanted &wanted : condition.wanted) {
                if (!wanted.has_id())
                    all_ = all_ || wanted.met_by(values, {});
                else if (const auto id = wanted.id_in(values))
                    ids_.emplace(*id);
            }
    }
    bool operator()(const std::string &id) const { return all_ || ids_.count(id) != 0; }

private:
    std::unordered_set<std::string> ids_;
    bool all_ = false;
};

void add_rooms(const Rule &rule, std::string_view claims, Ids &ids, std::optional<Unfit> &unfit) {
    const auto names = std::find_if(rule.all.begin(), rule.all.end(), has_id);
    if (names == rule.all.end() || !may_hold(rule, claims)) return;
    std::vector<HoldsFor> others;
    for (auto other = names + 1; other != rule.all.end(); ++other)
        if (has_id(*other)) others.emplace_back(*other, claims);
    const auto holds = [&](const std::string &id) {
        return std::all_of(others.begin(), others.end(),
                           [&](const HoldsFor &other) { return other(id); });
    };
    const auto tell = [&](std::string value) {
        if (!unfit) unfit = Unfit{names->claim.text(), std::move(value)};
    };
    Values values(claims, names->claim);
    while (!ids.full() && values.next()) {
        for (const Wanted &wanted : names->wanted) {
            const auto id = wanted.id_in(values);
            if (!id || !holds(std::string(*id))) continue;
            if (rooms::is_id(*id))
                ids.add(*id);
            else
                tell(std::string(values.text()));
        }
    }
    if (values.passed_unusable() && others.empty()) tell({});
}

} // namespace

Wanted Wanted::boolean(bool value) {
    Wanted wanted;
    wanted.boolean_ = true;
    wanted.before_ = value ? "true" : "false";
    return wanted;
}

bool Wanted::met_by(const Values &values, std::string_view id) const noexcept {
    const std::string_view text = values.text();
    if (values.is_boolean() != boolean_) return false;
    if (!has_id_) return text == before_;
    return text.size() == before_.size() + id.size() + after_.size() && text.starts_with(before_) &&
           text.ends_with(after_) && text.substr(before_.size(), id.size()) == id;
}

std::optional<std::string_view> Wanted::id_in(const Values &values) const noexcept {
    const std::string_view text = values.text();
    if (!has_id_ || values.is_boolean() || text.size() < before_.size() + after_.size() ||
        !text.starts_with(before_) || !text.ends_with(after_))
        return std::nullopt;
    return text.substr(before_.size(), text.size() - before_.size() - after_.size());
}

std::string Wanted::text(std::string_view id) const {
    return has_id_ ? before_ + std::string(id) + after_ : before_;
}

base::Result<Wanted> parse_wanted(std::string_view text) {
    Wanted wanted;
    const auto at = text.find(id_field);
    wanted.has_id_ = at != std::string_view::npos;
    wanted.before_ = text.substr(0, at);
    if (wanted.has_id_) wanted.after_ = text.substr(at + id_field.size());
    if (wanted.after_.find(id_field) != std::string::npos)
        return base::Error{"{id} may appear only once"};
    if (wanted.before_.find_first_of("{}") != std::string::npos ||
        wanted.after_.find_first_of("{}") != std::string::npos)
        return base::Error{"{id} is the only field, and the only use of braces"};
    return wanted;
}

Ruling rule_on(const RoomRules &rules, std::string_view id, std::string_view claims) {
    using Why = Ruling::Why;
    if (!by_request(rules)) return {Why::plugins_only};
    if (!rooms::is_id(id)) return {Why::invalid_id};
    if (rules.allow_all) return {Why::everyone};
    if (rules.rules.empty()) return {Why::no_rules};
    for (std::size_t i = 0; i < rules.rules.size(); ++i)
        if (holds(rules.rules[i], id, claims)) return {Why::rule_holds, i};
    return {Why::no_rule_holds};
}

bool names_rooms(const Rule &rule) noexcept {
    return std::any_of(rule.all.begin(), rule.all.end(), has_id);
}

std::optional<Unfit> automatic(const RoomRules &rules, std::string_view claims,
                               std::vector<std::string> &ids, std::size_t most) {
    std::optional<Unfit> unfit;
    if (rules.join != Join::automatic) return unfit;
    Ids found(ids, most);
    for (const Rule &rule : rules.rules)
        add_rooms(rule, claims, found, unfit);
    return unfit;
}

} // namespace roomd::policy
