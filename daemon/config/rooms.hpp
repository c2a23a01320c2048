#pragma once

#include "config/key.hpp"
#include "policy/rules.hpp"

#include <array>
#include <string>

namespace roomd::config {

struct RoomKind {
    RoomKind();
    std::string name; // before the colon
    policy::RoomRules rules;
};

struct Namespace {
    Namespace();
    std::string name; // or a prefix ending in '*'
    bool verbs{};
    friend bool operator==(const Namespace &, const Namespace &) = default;
};

// clang-format off
inline constexpr std::array room_kinds{
    structured("rooms", "map", "{}", Reload::yes,
        "Kinds of rooms: `role` is the kind of `role:student`. Each has its verbs `join:` and `leave:`. See [rooms.md](rooms.md).")
        .sample("library"),
};
inline constexpr std::array room_keys{
    word<&policy::RoomRules::join>("rooms.*.join", "auto request never", "request", Reload::yes,
        "`auto`: clients are in it by who they are, and may ask too. `request`: they may ask. `never`: only plugins move clients."),
    structured<policy::RoomRules>("rooms.*.allow", "rules", "", Reload::yes,
        "Who may be in it: `all`, or rules of which one must hold. Without it a plugin decides; where none does, nobody may join.")
        .sample("- claim: role\n"
                "  in: [student, front_desk]\n"
                "- claim: libraryIds\n"
                "  contains: \"{id}\"\n"
                "- all:\n"
                "    - claim: role\n"
                "      equals: staff\n"
                "    - claim: suspended\n"
                "      exists: false\n"
                "- claim: auditor\n"
                "  equals: true\n"
                "- claim: superuser\n"
                "  exists: true\n"),
    structured<policy::RoomRules>("rooms.*.allow[].claim", "text", "", Reload::yes,
        "The claim a rule looks at: its name, or a JSON pointer such as `/realm_access/roles`."),
    structured<policy::RoomRules>("rooms.*.allow[].equals", "value", "", Reload::yes,
        "The claim is this: text, in which `{id}` is the id of the room, or `true` or `false`."),
    structured<policy::RoomRules>("rooms.*.allow[].in", "list", "", Reload::yes,
        "The claim is one of these."),
    structured<policy::RoomRules>("rooms.*.allow[].contains", "value", "", Reload::yes,
        "The claim is a list that contains this."),
    structured<policy::RoomRules>("rooms.*.allow[].exists", "boolean", "", Reload::yes,
        "`true`: the claim has a value. `false`: it is absent or null."),
    structured<policy::RoomRules>("rooms.*.allow[].all", "list", "", Reload::yes,
        "Several such maps, which must all hold; instead of `claim`."),
    count("rooms.*.max_members", &policy::RoomRules::max_members, "0", {"0", "1000000"}, Reload::yes,
        "Clients in one room of this kind; 0: any number."),
    count("rooms.*.max_per_client", &policy::RoomRules::max_per_client, "0", {"0", "100000"}, Reload::yes,
        "Rooms of this kind that one client may be in; 0: as many as `limits.rooms_per_client`."),
};
inline constexpr std::array namespace_list{
    structured("namespaces", "list", "[]", Reload::yes,
        "Namespaces beside `/`: names such as `/admin`, or prefixes such as `/tenant-*`; or maps with a name and what is different there."),
};
inline constexpr std::array namespace_keys{
    text("namespaces[].name", &Namespace::name, "", Reload::yes,
        "The name or the prefix. Of several entries for one namespace its name counts, else the longest prefix; for `/` its name alone.")
        .required("write name: /admin").sample("/admin"),
    flag("namespaces[].verbs", &Namespace::verbs, "true", Reload::yes,
        "Whether roomd answers `join`, `leave` and `client_events` there. `false`: what clients emit goes to plugins only."),
};
// clang-format on

inline RoomKind::RoomKind() {
    set_initial(rules, room_keys);
}

inline Namespace::Namespace() {
    set_initial(*this, namespace_keys);
}

} // namespace roomd::config
