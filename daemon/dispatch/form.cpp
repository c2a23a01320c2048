#include "dispatch/form.hpp"

#include "rooms/names.hpp"
#include "sio/event.hpp"
#include "sio/packet.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace roomd::dispatch {
namespace {

Emitted invalid(const char *code, std::string pointer, std::string text) {
    return refusal(Status::invalid, code, std::move(pointer), std::move(text));
}

Emitted too_big(const char *code, std::string pointer, std::string text) {
    return refusal(Status::too_big, code, std::move(pointer), std::move(text));
}

} // namespace

Emitted check_room(std::string_view name, std::string pointer) {
    if (rooms::is_room(name)) return {};
    return invalid("room_invalid", std::move(pointer),
                   std::string("a room is <kind>:<id> or a name; ") + rooms::id_rule);
}

Emitted check_rooms(const std::vector<std::string_view> &names, const std::string &pointer) {
    if (names.size() > max_emit_rooms)
        return too_big("too_many_rooms", pointer,
                       "at most " + std::to_string(max_emit_rooms) + " rooms can be named");
    for (std::size_t i = 0; i < names.size(); ++i)
        if (auto wrong = check_room(names[i], pointer + "/" + std::to_string(i));
            wrong.status != Status::ok)
            return wrong;
    return {};
}

Emitted check_form(const Options &options, const Namespaces &namespaces, const Emit &emit) {
    if (const char *why = sio::refuse_name(emit.event))
        return invalid("event_invalid", "/event", why);

    const bool one = emit.to != base::ClientId::none;
    const int targets = int{one} + int{emit.all} + int{!emit.rooms.empty()};
    if (targets == 0)
        return invalid("no_target", "/rooms", "name a room, a client, or ask for a broadcast");
    if (targets > 1)
        return invalid("two_targets", "/rooms",
                       "rooms, one client and everyone exclude each other");
    if (auto names = check_rooms(emit.rooms, "/rooms"); names.status != Status::ok) return names;
    if (auto names = check_rooms(emit.except, "/except"); names.status != Status::ok) return names;

    if (emit.args.json.empty() || emit.args.json.front() != '[')
        return invalid("data_invalid", "/data", "the arguments are not a JSON array");
    if (emit.args.blobs.size() > sio::max_attachments)
        return too_big("too_many_attachments", "/data",
                       "an event carries at most " + std::to_string(sio::max_attachments) +
                           " binary values");
    std::size_t size = emit.args.json.size();
    for (const std::string_view blob : emit.args.blobs)
        size += blob.size();
    if (size > options.max_emit)
        return too_big("emit_too_big", "/data",
                       "the arguments have " + std::to_string(size) + " bytes; at most " +
                           std::to_string(options.max_emit) + " are allowed");

    if (!one && !namespaces.knows(emit.nsp))
        return invalid("namespace_unknown", "/namespace", "there is no such namespace");
    return {};
}

} // namespace roomd::dispatch
