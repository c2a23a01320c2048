#include "dispatch/membership.hpp"

#include "rooms/names.hpp"
#include "sio/encoder.hpp"
#include "json/json.hpp"

#include <utility>

namespace roomd::dispatch {
namespace {

constexpr std::string_view verbs_nsp = "/";

void add_reason(std::string &json, std::string_view code, std::string_view message,
                std::string_view data) {
    json += R"("code":)";
    json::append_quoted(json, code);
    json += R"(,"message":)";
    json::append_quoted(json, message);
    if (!data.empty()) {
        json += R"(,"data":)";
        json += data;
    }
}

policy::RoomRules rules_of(const RoomKind &kind) {
    policy::RoomRules rules;
    rules.join = kind.join;
    rules.allow_all = kind.allow_all;
    return rules;
}

} // namespace

bool Membership::verb(base::ClientId client, const sio::Event &event) {
    if (event.nsp != verbs_nsp) return false;
    const auto wish = read_wish(options_, event);
    // Another kind than the configured ones is left to plugins first.
    if (!wish || (!wish->generic && wish->refusal == &room_unknown_kind)) return false;
    const Asker asker{client, event.ack};
    if (wish->refusal != nullptr)
        refuse(asker, wish->verb, wish->shown, wish->refusal->code, wish->refusal->message);
    else if (wish->verb == Wish::Verb::join)
        join(asker, *wish);
    else
        leave(asker, *wish);
    return true;
}

void Membership::unheard(base::ClientId client, const sio::Event &event) {
    if (event.nsp != verbs_nsp) return;
    const auto wish = read_wish(options_, event);
    if (wish && wish->refusal != nullptr)
        refuse({client, event.ack}, wish->verb, wish->shown, wish->refusal->code,
               wish->refusal->message);
}

void Membership::join(const Asker &asker, const Wish &wish) {
    rooms::Space *space = space_of(asker.client);
    if (space == nullptr) return;
    const auto deny = [&](const Refusal &why) {
        refuse(asker, wish.verb, wish.shown, why.code, why.message);
    };
    const policy::RoomRules rules = rules_of(*wish.kind);
    if (!policy::by_request(rules)) return deny(room_denied);
    if (space->in(asker.client, wish.room))
        return accept(asker, wish.room, space->count(wish.room));
    if (space->rooms_of(asker.client) >= options_.rooms_per_client) return deny(too_many_rooms);

    // Waits before anyone is asked: a plugin may decide, or send the client away, inside the call.
    waiting_.emplace(asker.client, Waiting{asker, wish.room});
    const auto next =
        hooks_->joining({asker.client, verbs_nsp, wish.room, identities_.of(asker.client)});
    const auto found = waiting_.find(asker.client);
    if (found == waiting_.end()) return;
    if (next == Hooks::Next::taken) {
        found->second.held = true;
        clients_.hold(asker.client);
        return;
    }
    waiting_.erase(found);
    if (!policy::admits(rules, rooms::split(wish.room).id, {})) return deny(room_denied);
    enter(asker, wish.room);
}

void Membership::leave(const Asker &asker, const Wish &wish) {
    rooms::Space *space = space_of(asker.client);
    if (space == nullptr) return;
    // Plugins put clients into these, perhaps to keep something from them.
    if (!policy::by_request(rules_of(*wish.kind)))
        return refuse(asker, wish.verb, wish.shown, leave_denied.code, leave_denied.message);
    space->leave(asker.client, wish.room);
    accept(asker, wish.room, space->count(wish.room));
}

Status Membership::decide(base::ClientId client, std::string_view room,
                          const Router::Verdict &verdict) {
    const auto found = waiting_.find(client);
    if (found == waiting_.end() || found->second.room != room) return Status::gone;
    if (!verdict.accept && !verdict.data.empty() && !json::check(verdict.data))
        return Status::invalid;
    const Waiting waiting = std::move(found->second);
    waiting_.erase(found);
    if (verdict.accept) {
        enter(waiting.asker, waiting.room);
    } else {
        const std::string_view message =
            verdict.message.empty() ? std::string_view{room_denied.message} : verdict.message;
        refuse(waiting.asker, Wish::Verb::join, json::quoted(waiting.room), room_denied.code,
               message, verdict.data);
    }
    if (waiting.held) clients_.release(client);
    return Status::ok;
}

// Plugins may have put the client into rooms since it asked.
void Membership::enter(const Asker &asker, std::string_view room) {
    rooms::Space *space = space_of(asker.client);
    if (space == nullptr) return;
    if (!space->in(asker.client, room)) {
        if (space->rooms_of(asker.client) >= options_.rooms_per_client)
            return refuse(asker, Wish::Verb::join, json::quoted(room), too_many_rooms.code,
                          too_many_rooms.message);
        space->join(asker.client, room);
    }
    accept(asker, room, space->count(room));
}

void Membership::accept(const Asker &asker, std::string_view room, std::size_t members) {
    if (!asker.ack) return;
    std::string json = R"([{"ok":true,"room":)";
    json::append_quoted(json, room);
    json += R"(,"members":)" + std::to_string(members) + "}]";
    clients_.ack(asker.client, *asker.ack, {json, {}});
}

void Membership::refuse(const Asker &asker, Wish::Verb verb, std::string_view shown,
                        std::string_view code, std::string_view message, std::string_view data) {
    if (verb == Wish::Verb::join) ++refused_;
    std::string json;
    if (asker.ack) {
        json = R"([{"ok":false,"error":{)";
        add_reason(json, code, message, data);
        json += "}}]";
        clients_.ack(asker.client, *asker.ack, {json, {}});
    } else if (verb == Wish::Verb::join) {
        json = R"([{"room":)";
        json += shown;
        json += ',';
        add_reason(json, code, message, data);
        json += "}]";
        const sio::Frames frames = sio::event(verbs_nsp, "join:error", {json, {}});
        clients_.send(asker.client, frames, session::Delivery::reliable);
    }
}

rooms::Space *Membership::space_of(base::ClientId client) const {
    rooms::Space *space = hub_.find(verbs_nsp);
    return space != nullptr && space->has(client) ? space : nullptr;
}

} // namespace roomd::dispatch
