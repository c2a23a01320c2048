#include "dispatch/fanout.hpp"

#include "rooms/names.hpp"
#include "rooms/selection.hpp"
#include "sio/encoder.hpp"
#include "sio/event.hpp"
#include "json/json.hpp"

#include <span>
#include <string>
#include <utility>

namespace roomd::dispatch {
namespace {

Emitted refused(Status status, std::string code, std::string pointer, std::string text) {
    Emitted emitted;
    emitted.status = status;
    emitted.code = std::move(code);
    emitted.pointer = std::move(pointer);
    emitted.text = std::move(text);
    return emitted;
}

Emitted invalid(std::string code, std::string pointer, std::string text) {
    return refused(Status::invalid, std::move(code), std::move(pointer), std::move(text));
}

// Ok, or which name is wrong.
Emitted check_names(const std::vector<std::string_view> &names, const std::string &pointer) {
    if (names.size() > max_emit_rooms)
        return refused(Status::too_big, "too_many_rooms", pointer,
                       "one emit names at most " + std::to_string(max_emit_rooms) + " rooms");
    for (std::size_t i = 0; i < names.size(); ++i)
        if (!rooms::is_room(names[i]))
            return invalid("room_invalid", pointer + "/" + std::to_string(i),
                           "a room is <kind>:<id> or a name; an id is 1 to 128 characters of "
                           "A-Z a-z 0-9 _ . @ + ~ -");
    return {};
}

session::Delivery delivery(const Emit &emit) noexcept {
    return emit.vanishing ? session::Delivery::vanishing : session::Delivery::reliable;
}

} // namespace

Emitted Fanout::route(Emit &emit, std::vector<std::string> &rooms) const {
    if (!emit.route) return {};
    emit.route = false;
    const bool chosen = !emit.rooms.empty() || emit.all || emit.to != base::ClientId::none;
    const catalogue::Catalogue *catalogue = options_.catalogue.get();
    const bool known = catalogue != nullptr && catalogue->knows(emit.event);
    if (!known && options_.unknown_events) return {};
    if (catalogue == nullptr)
        return invalid("event_unknown", "/event", "the catalogue does not know this event");
    using Rooms = catalogue::Catalogue::Rooms;
    auto routed = catalogue->route(emit.event, json::trim(json::first_element(emit.args.json)),
                                   chosen ? Rooms::given : Rooms::chosen);
    if (routed.given_up) ++counts_.given_up;
    if (routed.code != nullptr)
        return invalid(routed.code, std::move(routed.pointer), std::move(routed.text));
    emit.vanishing = emit.vanishing || routed.vanishing;
    if (chosen) return {};
    rooms = std::move(routed.rooms);
    emit.rooms.assign(rooms.begin(), rooms.end());
    return {};
}

Emitted Fanout::check(const Emit &emit) const {
    if (const char *why = sio::refuse_name(emit.event))
        return invalid("event_invalid", "/event", why);

    const bool one = emit.to != base::ClientId::none;
    const int targets = int{one} + int{emit.all} + int{!emit.rooms.empty()};
    if (targets == 0)
        return invalid("no_target", "/rooms", "name a room, a client, or ask for a broadcast");
    if (targets > 1)
        return invalid("two_targets", "/rooms",
                       "rooms, one client and everyone exclude each other");
    if (auto names = check_names(emit.rooms, "/rooms"); names.status != Status::ok) return names;
    if (auto names = check_names(emit.except, "/except"); names.status != Status::ok) return names;

    if (emit.args.json.empty() || emit.args.json.front() != '[')
        return invalid("data_invalid", "/data", "the arguments are not a JSON array");
    if (emit.args.blobs.size() > sio::max_attachments)
        return refused(Status::too_big, "too_many_attachments", "/data",
                       "an event carries at most " + std::to_string(sio::max_attachments) +
                           " binary values");
    std::size_t size = emit.args.json.size();
    for (const std::string_view blob : emit.args.blobs)
        size += blob.size();
    if (size > options_.max_emit)
        return refused(Status::too_big, "emit_too_big", "/data",
                       "the arguments have " + std::to_string(size) + " bytes; at most " +
                           std::to_string(options_.max_emit) + " are allowed");

    if (one) {
        session::Clients::Info info;
        if (!clients_.info(emit.to, info))
            return refused(Status::gone, "client_gone", "/to", "there is no such client");
    } else if (!namespaces_.knows(emit.nsp)) {
        return invalid("namespace_unknown", "/namespace", "there is no such namespace");
    }
    return {};
}

Emitted Fanout::emit(const Emit &emit) {
    Emitted emitted = check(emit);
    if (emitted.status != Status::ok) return emitted;
    ++emits_;
    session::Clients::Info info;
    if (emit.to == base::ClientId::none)
        emitted.recipients = to_many(emit);
    else if (clients_.info(emit.to, info))
        emitted.recipients = to_one(emit, info.nsp);
    emitted.rooms.assign(emit.rooms.begin(), emit.rooms.end());
    deliveries_ += emitted.recipients;
    return emitted;
}

// Its own namespace counts, whatever the emit says: the id names one client in one of them.
std::size_t Fanout::to_one(const Emit &emit, std::string_view nsp) {
    if (emit.to == emit.without) return 0;
    rooms::Space *space = emit.except.empty() ? nullptr : hub_.find(nsp);
    if (space != nullptr)
        for (const std::string_view room : emit.except)
            if (space->in(emit.to, room)) return 0;
    const sio::Frames frames = sio::event(nsp, emit.event, emit.args);
    return clients_.send(emit.to, frames, delivery(emit)) ? 1 : 0;
}

template <class Fn> void Fanout::each_recipient(const Emit &emit, Fn fn) {
    rooms::Space *space = hub_.find(emit.nsp);
    if (space == nullptr) return;
    named_.clear();
    left_out_.clear();
    find_private(emit.nsp, emit.rooms, named_);
    find_private(emit.nsp, emit.except, left_out_);
    if (emit.without != base::ClientId::none) left_out_.push_back(emit.without);

    rooms::Selection selection;
    selection.rooms = emit.rooms;
    selection.except = emit.except;
    selection.clients = named_;
    selection.not_to = left_out_;
    selection.everyone = emit.all;
    space->each(selection, fn);
}

std::size_t Fanout::to_many(const Emit &emit) {
    const session::Delivery how = delivery(emit);
    std::size_t recipients = 0;
    sio::Frames frames; // encoded for the first recipient: a room nobody is in costs no copy
    each_recipient(emit, [&](base::ClientId client) {
        if (frames.empty()) frames = sio::event(emit.nsp, emit.event, emit.args);
        if (clients_.send(client, std::span<const base::FrameRef>{frames}, how)) ++recipients;
    });
    return recipients;
}

std::vector<base::ClientId> Fanout::recipients(const Emit &emit) {
    std::vector<base::ClientId> clients;
    each_recipient(emit, [&](base::ClientId client) { clients.push_back(client); });
    return clients;
}

// Each client has a room named after its public id, without being in one: ids are plain names.
void Fanout::find_private(std::string_view nsp, const std::vector<std::string_view> &names,
                          std::vector<base::ClientId> &found) const {
    for (const std::string_view name : names) {
        if (name.find(':') != std::string_view::npos) continue;
        const base::ClientId client = clients_.find(nsp, name);
        if (client != base::ClientId::none) found.push_back(client);
    }
}

} // namespace roomd::dispatch
