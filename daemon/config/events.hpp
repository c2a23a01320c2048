#pragma once

#include "catalogue/catalogue.hpp"
#include "config/key.hpp"
#include "policy/rules.hpp"

#include <array>
#include <string>
#include <vector>

namespace roomd::config {

// An event that clients may emit to rooms they are in.
struct ClientEvent {
    std::string name;
    std::vector<std::string> kinds; // of the rooms
    policy::RoomRules rules;        // which members may
    catalogue::EventConf conf;      // what it says, in which `rooms` are the kinds
};

// clang-format off
inline constexpr std::array event_map{
    structured("events", "map", "{}", Reload::yes,
        "The event catalogue: the events that exist, by their names. See [events.md](events.md).")
        .sample("\"seat:availability\""),
};
inline constexpr std::array event_keys{
    texts("events.*.rooms", &catalogue::EventConf::rooms, "[]", Reload::yes,
        "Rooms it goes to, with fields of its data in braces: `library:{libraryId}`. Without them the emit names the rooms.")
        .sample("[\"library:{libraryId}\"]"),
    structured<catalogue::EventConf>("events.*.schema", "schema", "", Reload::yes,
        "What its data must be: the path of a JSON Schema, or the schema as a map. Without one any data is accepted.")
        .sample("{ type: object, required: [libraryId], properties: { libraryId: { type: string } } }"),
    flag("events.*.volatile", &catalogue::EventConf::droppable, "false", Reload::yes,
        "Whether to drop it for clients that are behind."),
    texts("events.*.arguments", &catalogue::EventConf::arguments, "[]", Reload::yes,
        "Members of its data that generated code takes as arguments ahead of the rest: `[libraryId]` for `emitPricingUpdated(libraryId, plan)`.")
        .sample("[libraryId]"),
    planned<catalogue::EventConf>("events.*.conflate",
        "Keeps only the newest for clients that are behind."),
    planned<catalogue::EventConf>("events.*.ttl",
        "How long it is worth sending."),
};
inline constexpr std::array client_event_map{
    structured("client_events", "map", "{}", Reload::yes,
        "Events that clients may emit to rooms they are in, by their names. See [events.md](events.md).")
        .sample("typing"),
};
inline constexpr std::array client_event_keys{
    structured<catalogue::EventConf>("client_events.*.rooms", "list", "", Reload::yes,
        "Kinds of rooms it may go to.")
        .required("name kinds of rooms, such as [library]").sample("[library]"),
    structured<catalogue::EventConf>("client_events.*.allow", "rules", "all", Reload::yes,
        "Which members of the room may emit it: `all`, or rules as in `rooms`."),
    structured<catalogue::EventConf>("client_events.*.schema", "schema", "", Reload::yes,
        "What its data must be, as in `events`.")
        .sample("{ type: boolean }"),
    flag("client_events.*.volatile", &catalogue::EventConf::droppable, "false", Reload::yes,
        "Whether to drop it for clients that are behind."),
};
// clang-format on

} // namespace roomd::config
