#include "config/readers.hpp"
#include "policy/rules.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace roomd::config {
namespace {

using Kind = policy::Condition::Kind;

constexpr const char *entry_of_table = "rooms.*.allow[]";
constexpr const char *how_to_write = "write { claim: role, in: [student] }";

struct Operator {
    const char *name;
    Kind kind;
};
constexpr std::array<Operator, 4> operators{Operator{"equals", Kind::equals},
                                            {"in", Kind::in},
                                            {"contains", Kind::contains},
                                            {"exists", Kind::exists}};

bool is_boolean(const Item &item) noexcept {
    return item.kind == Item::Kind::scalar && !item.quoted &&
           (item.text == "true" || item.text == "false");
}

void add_wanted(const Source &source, Mark mark, const std::string &shown, const std::string &text,
                std::vector<policy::Wanted> &out) {
    auto wanted = policy::parse_wanted(text);
    if (text.empty())
        source.fault(mark, shown + " is empty", "for a claim that may be anything: exists: true");
    else if (!wanted)
        source.fault(mark, shown + ": \"" + text + "\": " + wanted.error(),
                     "\"{id}\" stands for the part of the room after the colon");
    else
        out.push_back(*std::move(wanted));
}

// False: it is a fault, which was added.
bool read_text(const Section &in, const char *name, std::string &out) {
    const std::size_t faults = in.source().faults.list().size();
    in.text(name, out);
    return in.source().faults.list().size() == faults;
}

// equals, contains: one value.
void read_value(const Section &in, const char *name, std::vector<policy::Wanted> &out) {
    const Item &item = *in.find(name);
    if (is_boolean(item)) {
        out.push_back(policy::Wanted::boolean(item.text == "true"));
    } else if (item.kind != Item::Kind::scalar) {
        in.fault(name, in.shown(name) + " must be one value", "for one of several: in: [a, b]");
    } else {
        std::string text;
        if (read_text(in, name, text))
            add_wanted(in.source(), in.mark(name), in.shown(name), text, out);
    }
}

void read_values(const Section &in, const char *name, std::vector<policy::Wanted> &out) {
    if (in.find(name)->kind != Item::Kind::list)
        return in.fault(name, in.shown(name) + " must be a list",
                        "write in: [a, b]; for one value: equals");
    std::vector<Text> texts;
    in.texts(name, texts);
    if (in.find(name)->items.empty())
        in.fault(name, in.shown(name) + " is empty: it would admit nobody", "write in: [a, b]");
    for (const Text &text : texts)
        add_wanted(in.source(), text.mark, "\"" + text.shown + "\"", text.value, out);
}

// The maps of a list of rules; anything else was already reported.
std::vector<Section> read_maps(const Section &in, const char *name) {
    std::vector<Section> out = in.list(name, Section::Others::refused, entry_of_table);
    const Item &list = *in.find(name);
    for (std::size_t i = out.size(); i-- > 0;)
        if (out[i].node() == nullptr && list.items[i].kind != Item::Kind::null)
            out.erase(out.begin() + static_cast<std::ptrdiff_t>(i));
    return out;
}

// One map: a claim, and what must be true of it.
void read_conditions(const Section &in, policy::Rule &rule) {
    if (!in.require("claim", how_to_write)) return;
    std::string name;
    const bool is_text = read_text(in, "claim", name);
    const auto claim = policy::parse_claim(name);
    if (is_text && !claim)
        in.fault("claim", in.shown("claim") + ": " + claim.error(),
                 "write a name such as role, or a JSON pointer such as /realm_access/roles");
    bool any = false;
    for (const Operator &op : operators) {
        if (!in.has(op.name)) continue;
        any = true;
        policy::Condition condition;
        if (claim) condition.claim = *claim;
        condition.kind = op.kind;
        switch (op.kind) {
        case Kind::exists: in.flag(op.name, condition.there); break;
        case Kind::in: read_values(in, op.name, condition.wanted); break;
        default: read_value(in, op.name, condition.wanted);
        }
        rule.all.push_back(std::move(condition));
    }
    if (!any)
        in.fault("claim", in.shown("claim") + " has no operator",
                 "add equals, in, contains or exists");
}

policy::Rule read_rule(const Section &in) {
    policy::Rule rule;
    if (!in.has("all")) {
        read_conditions(in, rule);
        return rule;
    }
    for (const char *other : {"claim", "equals", "in", "contains", "exists"})
        if (in.has(other))
            in.fault(other, in.shown(other) + " cannot be combined with \"all\"",
                     "move it into the list of \"all\"");
    const Item &all = *in.find("all");
    if (all.kind == Item::Kind::null || (all.kind == Item::Kind::list && all.items.empty()))
        in.fault("all", in.shown("all") + " is empty: it would admit nobody", how_to_write);
    for (const Section &part : read_maps(in, "all")) {
        if (part.has("all"))
            part.fault("all", part.shown("all") + " is inside another \"all\"",
                       "write its conditions side by side: all of them must hold anyway");
        else
            read_conditions(part, rule);
    }
    return rule;
}

void check_join(const Section &in, const policy::RoomRules &rules) {
    if (rules.join == policy::Join::automatic &&
        std::none_of(rules.rules.begin(), rules.rules.end(), policy::names_rooms))
        in.fault("join",
                 in.shown("join") + ": no rule says which rooms to join: none compares a claim "
                                    "with \"{id}\"",
                 "write allow: [ { claim: sub, equals: \"{id}\" } ], or join: request");
    if (rules.join == policy::Join::never && in.has("allow"))
        in.source().warn(in.mark("allow"),
                         in.shown("allow") + " has no effect: clients never join this kind",
                         "remove it, or write join: request");
}

} // namespace

void read_allow(const Section &in, policy::RoomRules &rules) {
    const Item *allow = in.find("allow");
    if (allow == nullptr) return;
    if (allow->kind == Item::Kind::map)
        return in.fault("allow", in.shown("allow") + " must be all, or a list of rules",
                        "write [ { .. } ], also around one rule");
    if (allow->kind != Item::Kind::list) {
        rules.allow_all = in.word("allow", {"all"}) == 0;
        return;
    }
    if (allow->items.empty())
        in.fault("allow", in.shown("allow") + " is an empty list: it would admit nobody",
                 "write allow: all, a rule, or leave it out and let a plugin decide");
    for (const Section &entry : read_maps(in, "allow"))
        rules.rules.push_back(read_rule(entry));
}

void read_kinds(const Section &top, Config &config) {
    for (const auto &[name, in] : top.map("rooms").members()) {
        RoomKind kind;
        kind.name = name;
        if (!is_plain_name(name, "_-"))
            in.source().fault(in.mark(), "invalid room kind \"" + name + '"',
                              "begin with a letter; then letters, digits, \"_\" and \"-\"");
        policy::RoomRules &rules = kind.rules;
        in.read(room_keys, rules);
        const std::size_t faults = in.source().faults.list().size();
        read_allow(in, rules);
        if (in.source().faults.list().size() == faults) check_join(in, rules);
        config.rooms.push_back(std::move(kind));
    }
}

} // namespace roomd::config
