#include "app/key_policy.hpp"

#include <string>

namespace roomd::app {
namespace {

dispatch::Emitted denied(std::string_view code, std::string pointer, std::string text) {
    dispatch::Emitted out;
    out.status = dispatch::Status::denied;
    out.code = code;
    out.pointer = std::move(pointer);
    out.text = std::move(text);
    return out;
}

} // namespace

std::optional<dispatch::Emitted> refuse_by_key(const auth::Keys &keys, std::string_view name,
                                               const dispatch::Emit &emit) {
    const auth::Key *key = keys.named(name);
    if (key == nullptr) return denied("key_unknown", "", "this key is no longer configured");
    if (!auth::permits_event(*key, emit.event))
        return denied("event_denied", "/event", "this key may not emit this event");
    for (std::size_t i = 0; i < emit.rooms.size(); ++i) {
        if (!auth::permits_room(*key, emit.rooms[i]))
            return denied("room_denied", "/rooms/" + std::to_string(i),
                          "this key may not emit to this room");
    }
    if (emit.all && !key->may_broadcast)
        return denied("broadcast_denied", "/broadcast", "this key may not broadcast");
    return std::nullopt;
}

} // namespace roomd::app
