#include "dispatch/membership.hpp"

#include "base/text.hpp"
#include "dispatch/about.hpp"
#include "dispatch/joins.hpp"
#include "dispatch/space_of.hpp"
#include "policy/rules.hpp"
#include "rooms/names.hpp"
#include "sio/encoder.hpp"
#include "json/json.hpp"
#include "json/object.hpp"

#include <cstddef>
#include <utility>
#include <vector>

namespace roomd::dispatch {
namespace {

class InSpace final : public Whereabouts {
public:
    InSpace(rooms::Space &space, base::ClientId client) : space_(space), client_(client) {}
    // Counts the rooms that it enters.
    InSpace(rooms::Space &space, base::ClientId client, Counters &counters,
            std::string_view portal) :
        space_(space),
        client_(client),
        counters_(&counters),
        portal_(portal) {}

    bool in(std::string_view room) const override { return space_.in(client_, room); }
    std::size_t rooms() const override { return space_.rooms_of(client_); }
    std::size_t rooms_of_kind(std::string_view kind) const override {
        std::size_t count = 0;
        space_.each_of(client_, [&](std::string_view name, rooms::Grant) {
            if (rooms::split(name).kind == kind) ++count;
        });
        return count;
    }
    std::size_t members(std::string_view room) const override { return space_.count(room); }
    void enter(std::string_view room) override {
        space_.join(client_, room);
        if (counters_ != nullptr) counters_->joins.add({rooms::split(room).kind, portal_});
    }
    void refuse(std::string_view kind, const policy::Unfit &unfit) override {
        refused_.emplace_back(kind, unfit);
    }

    using Refused = std::vector<std::pair<std::string, policy::Unfit>>;
    const Refused &refused() const noexcept { return refused_; }

private:
    rooms::Space &space_;
    base::ClientId client_;
    Counters *counters_ = nullptr;
    std::string_view portal_;
    Refused refused_;
};

} // namespace

void Membership::join(const Asker &asker, const RoomKind &kind, const std::string &room) {
    const base::ClientId client = asker.client;
    session::Clients::Info info;
    rooms::Space *space = space_of(client);
    if (space == nullptr || !clients_.info(client, info)) return;
    const auto deny = [&](const Refusal &why) {
        refuse(asker, kind.name, json::quoted(room), why);
    };
    // Its token has ended; tick() has not closed it yet.
    if (identities_.is_over(client, clock_.now())) return deny(room_denied);
    if (const Refusal *why = refuse_wish(options_, kind, room, InSpace(*space, client)))
        return deny(*why);
    if (space->in(client, room)) return answers_.accept(asker, room, space->count(room));

    // Waits before anyone is asked: a plugin may decide, or send the client away, inside the call.
    waiting_.emplace(client, Waiting{asker, room});
    const std::string nsp{info.nsp};
    const auto next = hooks_->joining({client, nsp, room, identities_.of(client)});
    const auto found = waiting_.find(client);
    if (found == waiting_.end()) return;
    if (next == Hooks::Next::taken) {
        found->second.held = true;
        clients_.hold(client);
        return;
    }
    waiting_.erase(found);
    const std::string_view claims = claims_of(identities_.of(client));
    if (!policy::admits(kind.rules, rooms::split(room).id, claims)) {
        count_refusal(asker, kind.name, room_denied.code);
        tell(asker, json::quoted(room), room_denied.code,
             policy::explain(kind.rules, rooms::split(room).id, claims).text);
        return answers_.refuse(asker, json::quoted(room), room_denied.code, room_denied.message);
    }
    enter(asker, room, rooms::Grant::rule);
}

void Membership::leave(const Asker &asker, const RoomKind &kind, const std::string &room) {
    rooms::Space *space = space_of(asker.client);
    if (space == nullptr) return;
    // Plugins put clients into these, perhaps to keep something from them.
    if (!policy::by_request(kind.rules))
        return refuse_leave(asker, json::quoted(room), leave_denied);
    space->leave(asker.client, room);
    trace(asker.client, "left", room);
    answers_.accept(asker, room, space->count(room));
}

void Membership::refuse_leave(const Asker &asker, std::string_view shown, const Refusal &why) {
    tell(asker, shown, why.code, why.message);
    answers_.refuse(asker, shown, why.code, why.message);
}

Status Membership::decide(base::ClientId client, std::string_view room, const Verdict &verdict) {
    const auto found = waiting_.find(client);
    if (found == waiting_.end() || found->second.room != room) return Status::gone;
    if (!verdict.accept && !verdict.data.empty() && !json::check(verdict.data))
        return Status::invalid;
    const Waiting waiting = std::move(found->second);
    waiting_.erase(found);
    const RoomKind *kind = kind_of(waiting.room); // a reload may have taken it away meanwhile
    const std::string shown = json::quoted(waiting.room);
    const std::string_view named = kind != nullptr ? kind->name : metrics::other;
    if (!verdict.accept)
        refuse(waiting.asker, named, shown,
               verdict.message.empty() ? std::string_view{room_denied.message} : verdict.message,
               verdict.data);
    else if (kind == nullptr || !policy::by_request(kind->rules))
        refuse(waiting.asker, named, shown, room_denied);
    else
        enter(waiting.asker, waiting.room, rooms::Grant::plugin);
    if (waiting.held) clients_.release(client);
    return Status::ok;
}

// Plugins may have put the client into rooms since it asked.
void Membership::enter(const Asker &asker, std::string_view room, rooms::Grant by) {
    rooms::Space *space = space_of(asker.client);
    const RoomKind *kind = kind_of(room);
    if (space == nullptr || kind == nullptr) return;
    if (!space->in(asker.client, room)) {
        const InSpace where(*space, asker.client);
        if (const Refusal *why = over_limit(options_, *kind, room, where))
            return refuse(asker, kind->name, json::quoted(room), *why);
        counters_.joins.add({kind->name, portal_of(asker.client)});
    }
    space->join(asker.client, room, by);
    trace(asker.client, "joined", room);
    answers_.accept(asker, room, space->count(room));
}

void Membership::refuse(const Asker &asker, std::string_view kind, std::string_view shown,
                        const Refusal &why) {
    count_refusal(asker, kind, why.code);
    tell(asker, shown, why.code, why.message);
    answers_.refuse(asker, shown, why.code, why.message);
}

void Membership::refuse(const Asker &asker, std::string_view kind, std::string_view shown,
                        std::string_view message, std::string_view data) {
    count_refusal(asker, kind, room_denied.code);
    tell(asker, shown, room_denied.code, message);
    answers_.refuse(asker, shown, room_denied.code, message, data);
}

// The rule is that of the room's kind; `why` says which of its conditions, or which limit.
void Membership::tell(const Asker &asker, std::string_view shown, std::string_view code,
                      std::string_view why) const {
    if (causes_ == nullptr) return;
    const std::string room = base::printable(json::string(shown), 200);
    const RoomKind *kind = rooms::is_room(room) ? kind_of(room) : nullptr; // what a client wrote
    causes_->tell(log::Kind::join, "room refused",
                  about(clients_, asker.client, identities_.user(asker.client), code),
                  {{"room", room}, {"rule", kind != nullptr ? "rooms." + kind->name : ""}},
                  {{"why", why}});
}

void Membership::trace(base::ClientId client, std::string_view what, std::string_view room) const {
    if (causes_ == nullptr || !causes_->traced()) return;
    causes_->trace(what, about(clients_, client, identities_.user(client), {}), {{"room", room}});
}

void Membership::count_refusal(const Asker &asker, std::string_view kind, std::string_view code) {
    ++refused_;
    counters_.joins_refused.add({kind, code, portal_of(asker.client)});
}

const RoomKind *Membership::kind_of(std::string_view room) const noexcept {
    return find_kind(options_, rooms::split(room).kind);
}

std::string_view Membership::portal_of(base::ClientId client) const {
    session::Clients::Info info;
    const bool known = clients_.info(client, info) && info.handshake != nullptr;
    return known ? std::string_view{info.handshake->facts->portal} : std::string_view{};
}

rooms::Space *Membership::space_of(base::ClientId client) const {
    return dispatch::space_of(clients_, hub_, client);
}

// ---- rooms that come with who one is -----------------------------------------------------

void Membership::enter_automatic_rooms(base::ClientId client, rooms::Space &space) {
    const std::string_view identity = identities_.of(client);
    if (identity.empty()) return;
    InSpace where(space, client, counters_, portal_of(client));
    dispatch::enter_automatic_rooms(options_, claims_of(identity), where);
    if (causes_ != nullptr && causes_->traced())
        for (const std::string &room : space.names_of(client))
            trace(client, "is in", room);
    for (const auto &[kind, unfit] : where.refused())
        tell_unformed(client, kind, unfit);
}

void Membership::tell_unformed(base::ClientId client, const std::string &kind,
                               const policy::Unfit &unfit) {
    ++unformed_.count;
    unformed_.kind = kind;
    unformed_.claim = unfit.claim;
    unformed_.value = base::printable(unfit.value, 64);
    session::Clients::Info info;
    if (!clients_.info(client, info)) return;
    const std::string notice =
        json::Object()
            .text("kind", kind)
            .text("claim", unfit.claim)
            .text("code", room_invalid.code)
            .text("message", std::string("this claim gives no room: ") + room_invalid.message)
            .done();
    const std::string args = json::List().raw(notice).done();
    clients_.send(client, sio::event(info.nsp, "room:refused", {args, {}}),
                  session::Delivery::reliable);
}

void Membership::revise() {
    hub_.each([&](std::string_view nsp, rooms::Space &space) {
        rooms::Selection all;
        all.everyone = true;
        const std::vector<base::ClientId> clients = space.select(all);
        for (const base::ClientId client : clients)
            put_out(client, space, nsp);
        for (const base::ClientId client : clients) // rooms that were full may have space now
            enter_automatic_rooms(client, space);
    });
}

void Membership::put_out(base::ClientId client, rooms::Space &space, std::string_view nsp) {
    const std::string_view claims = claims_of(identities_.of(client));
    std::vector<std::string> lost;
    space.each_of(client, [&](std::string_view room, rooms::Grant by) {
        if (by == rooms::Grant::plugin) return;
        const RoomKind *kind = kind_of(room);
        if (kind == nullptr || !policy::admits(kind->rules, rooms::split(room).id, claims))
            lost.emplace_back(room);
    });
    for (const std::string &room : lost) {
        space.leave(client, room);
        trace(client, "put out: the rules have changed", room);
        clients_.send(client, room_left(nsp, room, "policy"), session::Delivery::reliable);
    }
}

} // namespace roomd::dispatch
