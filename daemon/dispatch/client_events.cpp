#include "dispatch/client_events.hpp"

#include "dispatch/about.hpp"
#include "dispatch/namespaces.hpp"
#include "dispatch/space_of.hpp"
#include "dispatch/wish.hpp"
#include "rooms/names.hpp"
#include "sio/encoder.hpp"
#include "json/answer.hpp"
#include "json/json.hpp"
#include "json/object.hpp"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

namespace roomd::dispatch {
namespace {

void refuse(ClientEvents::Wanted &wanted, std::string_view code, std::string_view text,
            std::string_view pointer = {}) {
    wanted.code = code;
    wanted.text = text;
    wanted.pointer = pointer;
}

bool contains(const std::vector<std::string> &list, std::string_view wanted) noexcept {
    return std::find(list.begin(), list.end(), wanted) != list.end();
}

} // namespace

std::optional<ClientEvents::Wanted> ClientEvents::read(base::ClientId client,
                                                       const sio::Event &event) const {
    const auto found =
        std::find_if(options_.client_events.begin(), options_.client_events.end(),
                     [&](const ClientEvent &known) { return known.name == event.name; });
    if (found == options_.client_events.end() || !has_verbs(options_, event.nsp))
        return std::nullopt;
    Wanted wanted;
    wanted.nsp = event.nsp;
    wanted.client = client;
    wanted.ack = event.ack;
    wanted.event = found->name;
    check(wanted, *found, event);
    return wanted;
}

void ClientEvents::check(Wanted &wanted, const ClientEvent &known, const sio::Event &event) const {
    std::vector<std::string_view> parts;
    json::split_array(event.args.json, parts, 3);
    if (parts.empty() || parts.size() > 2)
        return refuse(wanted, "arguments_invalid", "give a room and at most one value");
    const std::string_view named = json::trim(parts[0]);
    std::string room = json::kind(named) == json::Kind::string ? json::string(named) : "";
    if (!rooms::is_room(room))
        return refuse(wanted, room_invalid.code, room_invalid.message, "/room");
    wanted.room = std::move(room);
    const auto [kind, id] = rooms::split(wanted.room);
    if (find_kind(options_, kind) == nullptr || !contains(known.kinds, kind))
        return refuse(wanted, room_denied.code, "this event does not go to such rooms", "/room");

    // A token may have ended whose client tick() has not closed yet.
    const rooms::Space *space = space_of(clients_, hub_, wanted.client);
    const bool in = space != nullptr && space->in(wanted.client, wanted.room);
    if (!in || identities_.is_over(wanted.client, clock_.now()))
        return refuse(wanted, room_denied.code, "you are not in this room", "/room");
    const std::string_view identity = identities_.of(wanted.client);
    if (!policy::admits(known.rules, id, claims_of(identity)))
        return refuse(wanted, "event_denied", "you may not emit this event", "/event");

    const std::string_view data = parts.size() == 2 ? json::trim(parts[1]) : "null";
    if (options_.client_schemas != nullptr) {
        auto routed =
            options_.client_schemas->route(known.name, data, catalogue::Catalogue::Rooms::given);
        if (routed.given_up) ++counts_.given_up;
        if (routed.code != nullptr) return refuse(wanted, routed.code, routed.text, routed.pointer);
        wanted.droppable = routed.droppable;
    }
    const std::string_view user = json::member(identity, "user");
    ((wanted.args += '[') += json::quoted(wanted.room)) += ',';
    (wanted.args += data) += R"(,{"user":)";
    (wanted.args += user.empty() ? std::string_view("null") : json::trim(user)) += "}]";
}

Emitted ClientEvents::refusal_of(const Wanted &wanted) {
    return {Status::denied, 0, {}, wanted.code, wanted.pointer, wanted.text};
}

Emit ClientEvents::emit_of(const Wanted &wanted, const sio::Event &event) {
    Emit emit;
    emit.nsp = wanted.nsp;
    emit.rooms = {wanted.room};
    emit.without = wanted.client;
    emit.event = wanted.event;
    emit.args = {wanted.args, event.args.blobs};
    emit.droppable = wanted.droppable;
    return emit;
}

void ClientEvents::answer(const Wanted &wanted, const Emitted &emitted) {
    if (emitted.status == Status::ok) {
        if (!wanted.ack) return;
        const std::string json =
            R"([{"ok":true,"recipients":)" + std::to_string(emitted.recipients) + "}]";
        clients_.ack(wanted.client, *wanted.ack, {json, {}});
        return;
    }
    tell(wanted.client, wanted.event, wanted.room, emitted.code, emitted.text);
    if (wanted.ack) {
        const std::string json =
            json::refused_ack(json::error(emitted.code, emitted.text, emitted.pointer));
        clients_.ack(wanted.client, *wanted.ack, {json, {}});
        return;
    }
    json::Object notice;
    notice.text("event", wanted.event);
    if (!wanted.room.empty()) notice.text("room", wanted.room);
    notice.text("code", emitted.code).text("message", emitted.text);
    if (!emitted.pointer.empty()) notice.text("pointer", emitted.pointer);
    const std::string json = json::List().raw(notice.done()).done();
    clients_.send(wanted.client, sio::event(wanted.nsp, "emit:error", {json, {}}),
                  session::Delivery::reliable);
}

void ClientEvents::tell(base::ClientId client, std::string_view event, std::string_view room,
                        std::string_view code, std::string_view why) const {
    if (causes_ == nullptr) return;
    causes_->tell(log::Kind::event, "event refused",
                  about(clients_, client, identities_.user(client), code),
                  {{"event", event}, {"room", room}}, {{"why", why}});
}

void ClientEvents::trace(base::ClientId client, const sio::Event &event) const {
    causes_->trace("event of a client", about(clients_, client, identities_.user(client), {}),
                   {{"event", event.name}, {"bytes", event.args.json.size()}}, event.args.json);
}

void ClientEvents::trace(base::ClientId client, session::CloseReason reason) const {
    causes_->trace("disconnected",
                   about(clients_, client, identities_.user(client), session::text(reason)), {});
}

} // namespace roomd::dispatch
