#include "dispatch/membership.hpp"

#include "rooms/names.hpp"
#include "sio/encoder.hpp"
#include "json/json.hpp"

#include <utility>
#include <vector>

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
    const policy::RoomRules &rules = wish.kind->rules;
    if (!policy::by_request(rules)) return deny(room_denied);
    // The one that closes it may come a moment later.
    if (identities_.is_over(asker.client, clock_.now())) return deny(room_denied);
    if (space->in(asker.client, wish.room))
        return accept(asker, wish.room, space->count(wish.room));
    if (const Refusal *why = over_limit(*space, asker.client, *wish.kind, wish.room))
        return deny(*why);

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
    const std::string_view claims = claims_of(identities_.of(asker.client));
    if (!policy::admits(rules, rooms::split(wish.room).id, claims)) return deny(room_denied);
    enter(asker, wish.room, rooms::Grant::rule);
}

void Membership::leave(const Asker &asker, const Wish &wish) {
    rooms::Space *space = space_of(asker.client);
    if (space == nullptr) return;
    // Plugins put clients into these, perhaps to keep something from them.
    if (!policy::by_request(wish.kind->rules))
        return refuse(asker, wish.verb, wish.shown, leave_denied.code, leave_denied.message);
    space->leave(asker.client, wish.room);
    accept(asker, wish.room, space->count(wish.room));
}

Status Membership::decide(base::ClientId client, std::string_view room, const Verdict &verdict) {
    const auto found = waiting_.find(client);
    if (found == waiting_.end() || found->second.room != room) return Status::gone;
    if (!verdict.accept && !verdict.data.empty() && !json::check(verdict.data))
        return Status::invalid;
    const Waiting waiting = std::move(found->second);
    waiting_.erase(found);
    const RoomKind *kind = kind_of(waiting.room); // a reload may have taken it away meanwhile
    if (verdict.accept && (kind == nullptr || !policy::by_request(kind->rules))) {
        refuse(waiting.asker, Wish::Verb::join, json::quoted(waiting.room), room_denied.code,
               room_denied.message);
    } else if (verdict.accept) {
        enter(waiting.asker, waiting.room, rooms::Grant::plugin);
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
void Membership::enter(const Asker &asker, std::string_view room, rooms::Grant by) {
    rooms::Space *space = space_of(asker.client);
    const RoomKind *kind = kind_of(room);
    if (space == nullptr || kind == nullptr) return;
    if (!space->in(asker.client, room)) {
        if (const Refusal *why = over_limit(*space, asker.client, *kind, room))
            return refuse(asker, Wish::Verb::join, json::quoted(room), why->code, why->message);
        ++portal_of(asker.client).joins;
    }
    space->join(asker.client, room, by);
    accept(asker, room, space->count(room));
}

const Refusal *Membership::over_limit(const rooms::Space &space, base::ClientId client,
                                      const RoomKind &kind, std::string_view room) const {
    if (space.rooms_of(client) >= options_.rooms_per_client) return &too_many_rooms;
    const policy::RoomRules &rules = kind.rules;
    if (rules.max_members != 0 && space.count(room) >= rules.max_members) return &room_full;
    if (rules.max_per_client == 0) return nullptr;
    std::size_t of_kind = 0;
    space.each_of(client, [&](std::string_view name, rooms::Grant) {
        if (rooms::split(name).kind == kind.name) ++of_kind;
    });
    return of_kind >= rules.max_per_client ? &too_many_of_kind : nullptr;
}

const RoomKind *Membership::kind_of(std::string_view room) const noexcept {
    return find_kind(options_, rooms::split(room).kind);
}

PortalCount &Membership::portal_of(base::ClientId client) const {
    session::Clients::Info info;
    const bool known = clients_.info(client, info) && info.handshake != nullptr;
    return portals_.of(known ? info.handshake->facts->portal : std::string_view{});
}

// ---- rooms that come with who one is -----------------------------------------------------

void Membership::admit_automatically(base::ClientId client, rooms::Space &space) {
    const std::string_view identity = identities_.of(client);
    if (identity.empty()) return;
    const std::string_view claims = claims_of(identity);
    std::vector<std::string> ids;
    for (const RoomKind &kind : options_.kinds) {
        if (kind.rules.join != policy::Join::automatic) continue;
        ids.clear();
        policy::automatic(kind.rules, claims, ids);
        for (const std::string &id : ids) {
            const std::string room = kind.name + ":" + id;
            if (space.in(client, room)) continue;
            const Refusal *full = over_limit(space, client, kind, room);
            if (full == &room_full) continue; // others may have a place
            if (full != nullptr) break;
            space.join(client, room);
            ++portal_of(client).joins;
        }
    }
}

void Membership::revise() {
    hub_.each([&](std::string_view nsp, rooms::Space &space) {
        rooms::Selection all;
        all.everyone = true;
        const std::vector<base::ClientId> clients = space.select(all);
        for (const base::ClientId client : clients)
            put_out(client, space, nsp);
        for (const base::ClientId client : clients) // into the places that became free, too
            admit_automatically(client, space);
    });
}

void Membership::put_out(base::ClientId client, rooms::Space &space, std::string_view nsp) {
    const std::string_view claims = claims_of(identities_.of(client));
    std::vector<std::string> lost;
    space.each_of(client, [&](std::string_view room, rooms::Grant by) {
        if (by == rooms::Grant::plugin) return;
        const RoomKind *kind = kind_of(room);
        if (kind == nullptr || !policy::by_request(kind->rules) ||
            !policy::admits(kind->rules, rooms::split(room).id, claims))
            lost.emplace_back(room);
    });
    for (const std::string &room : lost) {
        space.leave(client, room);
        const std::string json = R"([{"room":)" + json::quoted(room) + R"(,"reason":"policy"}])";
        const sio::Frames frames = sio::event(nsp, "room:left", {json, {}});
        clients_.send(client, frames, session::Delivery::reliable);
    }
}

// ---- answers -----------------------------------------------------------------------------

void Membership::accept(const Asker &asker, std::string_view room, std::size_t members) {
    if (!asker.ack) return;
    std::string json = R"([{"ok":true,"room":)";
    json::append_quoted(json, room);
    json += R"(,"members":)" + std::to_string(members) + "}]";
    clients_.ack(asker.client, *asker.ack, {json, {}});
}

void Membership::refuse(const Asker &asker, Wish::Verb verb, std::string_view shown,
                        std::string_view code, std::string_view message, std::string_view data) {
    if (verb == Wish::Verb::join) {
        ++refused_;
        ++portal_of(asker.client).joins_refused;
    }
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
