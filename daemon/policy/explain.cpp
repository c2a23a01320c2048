#include "base/text.hpp"
#include "policy/rules.hpp"
#include "rooms/names.hpp"

namespace roomd::policy {
namespace {

constexpr std::size_t most_shown = 5;

std::string quoted(std::string_view text) {
    return '"' + base::printable(text) + '"';
}

// `"a"`, or `one of "a", "b"`.
std::string listed(const std::vector<std::string> &words) {
    std::string out = words.size() > 1 ? "one of " : "";
    for (std::size_t i = 0; i < words.size(); ++i)
        out += (i == 0 ? "" : ", ") + words[i];
    return out;
}

std::string wanted(const Condition &condition, std::string_view id) {
    if (condition.kind == Condition::Kind::exists)
        return condition.there ? "be there with a value" : "not be there";
    std::vector<std::string> words;
    for (const Wanted &one : condition.wanted)
        words.push_back(one.is_boolean() ? one.text(id) : quoted(one.text(id)));
    const bool is_list = condition.kind == Condition::Kind::contains;
    return (is_list ? "hold " : "be ") + listed(words);
}

// What stands there instead: `is "a", "b"`, `is not there`.
std::string found(const Condition &condition, std::string_view claims) {
    Values values(claims, condition.claim);
    if (values.absent()) return "is not there";
    std::string out;
    std::size_t count = 0;
    for (; values.next(); ++count)
        if (count < most_shown)
            out += (count == 0 ? "" : ", ") +
                   (values.is_boolean() ? std::string(values.text()) : quoted(values.text()));
    if (count == 0) return "has no value that can be compared";
    if (count > most_shown) out += " and " + std::to_string(count - most_shown) + " more";
    return "is " + out;
}

// Empty when the rule holds.
std::string why_not(const Rule &rule, std::string_view id, std::string_view claims) {
    if (rule.all.empty()) return "it has no condition";
    for (const Condition &condition : rule.all)
        if (!holds(condition, id, claims))
            return "claim " + quoted(condition.claim.text()) + ' ' + found(condition, claims) +
                   ", must " + wanted(condition, id);
    return {};
}

std::string show(const Rule &rule, std::string_view id) {
    std::string out;
    for (const Condition &condition : rule.all)
        out += (out.empty() ? "claim " : " and claim ") + quoted(condition.claim.text()) +
               " must " + wanted(condition, id);
    return out;
}

} // namespace

Explained explain(const RoomRules &rules, std::string_view id, std::string_view claims) {
    if (!by_request(rules)) return {false, "refused: only plugins move clients (join: never)"};
    if (!rooms::is_id(id))
        return {false,
                "refused: " + quoted(id) + " is no id: 1 to 128 characters of [A-Za-z0-9_.@+~-]"};
    if (rules.allow_all) return {true, "admitted: everyone is (allow: all)"};
    if (rules.rules.empty()) return {false, "refused: there is no rule; only a plugin can admit"};
    if (json::kind(claims) != json::Kind::object)
        return {false, "refused: the client has no claims, and no rule admits without"};
    std::string out = "refused: no rule holds";
    for (std::size_t i = 0; i < rules.rules.size(); ++i) {
        const std::string number = "rule " + std::to_string(i + 1);
        const std::string why = why_not(rules.rules[i], id, claims);
        if (why.empty()) return {true, "admitted: " + number + ": " + show(rules.rules[i], id)};
        out.append("\n  ").append(number).append(": ").append(why);
    }
    return {false, std::move(out)};
}

} // namespace roomd::policy
