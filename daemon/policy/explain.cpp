#include "base/text.hpp"
#include "policy/rules.hpp"
#include "rooms/names.hpp"

namespace roomd::policy {
namespace {

constexpr std::size_t most_shown = 5;

// `"a"`, or `one of "a", "b"`.
std::string listed(const std::vector<std::string> &words) {
    std::string out = words.size() > 1 ? "one of " : "";
    for (std::size_t i = 0; i < words.size(); ++i)
        out += (i == 0 ? "" : ", ") + words[i];
    return out;
}

std::string wanted(const Condition &condition, std::string_view id) {
    if (condition.kind == Condition::Kind::exists)
        return condition.there ? "be present with a value" : "be absent";
    std::vector<std::string> words;
    for (const Wanted &one : condition.wanted)
        words.push_back(one.is_boolean() ? one.text(id) : base::in_quotes(one.text(id)));
    const bool is_list = condition.kind == Condition::Kind::contains;
    return (is_list ? "hold " : "be ") + listed(words);
}

// What the claim is instead: `is "a", "b"`, `is absent`.
std::string found(const Condition &condition, std::string_view claims) {
    Values values(claims, condition.claim);
    if (values.absent()) return "is absent";
    std::string out;
    std::size_t count = 0;
    for (; values.next(); ++count)
        if (count < most_shown)
            out +=
                (count == 0 ? "" : ", ") +
                (values.is_boolean() ? std::string(values.text()) : base::in_quotes(values.text()));
    if (count == 0) return "has no value that can be compared";
    if (count > most_shown) out += " and " + std::to_string(count - most_shown) + " more";
    return "is " + out;
}

// Why a rule does not hold.
std::string why_not(const Rule &rule, std::string_view id, std::string_view claims) {
    if (rule.all.empty()) return "it has no condition";
    for (const Condition &condition : rule.all)
        if (!holds(condition, id, claims))
            return "claim " + base::in_quotes(condition.claim.text()) + ' ' +
                   found(condition, claims) + ", must " + wanted(condition, id);
    return {};
}

std::string show(const Rule &rule, std::string_view id) {
    std::string out;
    for (const Condition &condition : rule.all)
        out += (out.empty() ? "claim " : " and claim ") + base::in_quotes(condition.claim.text()) +
               " must " + wanted(condition, id);
    return out;
}

} // namespace

Explained explain(const RoomRules &rules, std::string_view id, std::string_view claims) {
    const Ruling ruling = rule_on(rules, id, claims);
    const auto number = [](std::size_t rule) { return "rule " + std::to_string(rule + 1); };
    switch (ruling.why) {
    case Ruling::Why::plugins_only:
        return {false, "refused: only plugins move clients (join: never)"};
    case Ruling::Why::invalid_id:
        return {false, "refused: " + base::in_quotes(id) + " is not a valid id: " + rooms::id_rule};
    case Ruling::Why::everyone: return {true, "admitted: everyone is (allow: all)"};
    case Ruling::Why::no_rules:
        return {false, "refused: there is no rule; only a plugin can admit"};
    case Ruling::Why::rule_holds:
        return {true,
                "admitted: " + number(ruling.rule) + ": " + show(rules.rules[ruling.rule], id)};
    case Ruling::Why::no_rule_holds: break;
    }
    if (json::kind(claims) != json::Kind::object)
        return {false, "refused: the client has no claims, and no rule admits one without"};
    std::string out = "refused: no rule holds";
    for (std::size_t i = 0; i < rules.rules.size(); ++i)
        out += "\n  " + number(i) + ": " + why_not(rules.rules[i], id, claims);
    return {false, std::move(out)};
}

} // namespace roomd::policy
