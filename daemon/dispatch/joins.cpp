#include "dispatch/joins.hpp"

#include "policy/rules.hpp"

#include <string>
#include <vector>

namespace roomd::dispatch {

const Refusal *over_limit(const Options &options, const RoomKind &kind, std::string_view room,
                          const Whereabouts &where) {
    if (where.rooms() >= options.rooms_per_client) return &too_many_rooms;
    const policy::RoomRules &rules = kind.rules;
    if (rules.max_members != 0 && where.members(room) >= rules.max_members) return &room_full;
    if (rules.max_per_client != 0 && where.rooms_of_kind(kind.name) >= rules.max_per_client)
        return &too_many_of_kind;
    return nullptr;
}

const Refusal *refuse_wish(const Options &options, const RoomKind &kind, std::string_view room,
                           const Whereabouts &where) {
    if (!policy::by_request(kind.rules)) return &room_denied;
    return where.in(room) ? nullptr : over_limit(options, kind, room, where);
}

void enter_automatic_rooms(const Options &options, std::string_view claims, Whereabouts &where) {
    std::vector<std::string> ids;
    for (const RoomKind &kind : options.kinds) {
        if (kind.rules.join != policy::Join::automatic) continue;
        ids.clear();
        if (const auto unfit = policy::automatic(kind.rules, claims, ids))
            where.refuse(kind.name, *unfit);
        for (const std::string &id : ids) {
            const std::string room = kind.name + ":" + id;
            if (where.in(room)) continue;
            const Refusal *full = over_limit(options, kind, room, where);
            if (full == &room_full) continue; // others may have space left
            if (full != nullptr) break;
            where.enter(room);
        }
    }
}

} // namespace roomd::dispatch
