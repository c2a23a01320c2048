#include "dispatch/rights.hpp"

#include <cstddef>
#include <string>
#include <utility>

namespace roomd::dispatch {
namespace {

Emitted denied(const char *code, std::string pointer, const char *text) {
    return refusal(Status::denied, code, std::move(pointer), text);
}

} // namespace

Emitted check_rights(const auth::Key &key, const Emit &emit) {
    if (!auth::permits_event(key, emit.event))
        return denied("event_denied", "/event", "this key may not emit this event");
    for (std::size_t i = 0; i < emit.rooms.size(); ++i)
        if (!auth::permits_room(key, emit.rooms[i]))
            return denied("room_denied", "/rooms/" + std::to_string(i),
                          "this key may not emit to this room");
    if (emit.all && !key.may_broadcast)
        return denied("broadcast_denied", "/broadcast", "this key may not broadcast");
    return {};
}

Emitted check_rights(const auth::Key &key, const Whom &whom,
                     const std::vector<std::string_view> &rooms) {
    constexpr const char *why = "this key may not use this room";
    if (!whom.room.empty() && !auth::permits_room(key, whom.room))
        return denied("room_denied", "/room", why);
    for (std::size_t i = 0; i < rooms.size(); ++i)
        if (!auth::permits_room(key, rooms[i]))
            return denied("room_denied", "/rooms/" + std::to_string(i), why);
    return {};
}

bool is_durable(const auth::Key &key) noexcept {
    return key.durable;
}

} // namespace roomd::dispatch
