#include "dispatch/moves.hpp"

#include "dispatch/answers.hpp"
#include "dispatch/form.hpp"
#include "dispatch/rights.hpp"
#include "dispatch/space_of.hpp"
#include "rooms/names.hpp"
#include "rooms/selection.hpp"

#include <algorithm>
#include <cstddef>
#include <string>

namespace roomd::dispatch {
namespace {

std::vector<std::string_view> each_once(std::vector<std::string_view> rooms) {
    std::sort(rooms.begin(), rooms.end());
    rooms.erase(std::unique(rooms.begin(), rooms.end()), rooms.end());
    return rooms;
}

Emitted wrong(const char *code, const char *pointer, const char *text) {
    return refusal(Status::invalid, code, pointer, text);
}

} // namespace

Emitted Moves::check(const Whom &whom) const {
    return check(whom, std::vector<std::string_view>{});
}

Emitted Moves::check(const Whom &whom, const Move &move) const {
    const bool needs_rooms = move.what == Move::What::join || move.what == Move::What::leave;
    if (needs_rooms && move.rooms.empty())
        return wrong("rooms_empty", "/rooms", "name at least one room");
    return check(whom, move.rooms);
}

Emitted Moves::check(const Whom &whom, const std::vector<std::string_view> &rooms) const {
    if (whom.rights != nullptr)
        if (auto denied = check_rights(*whom.rights, whom, rooms); denied.status != Status::ok)
            return denied;
    const int given = int{!whom.user.empty()} + int{!whom.id.empty()} + int{!whom.room.empty()};
    if (given != 1)
        return wrong(given == 0 ? "no_target" : "two_targets", "",
                     "say which clients: those of a user, one by its id, or those in a room");
    if (!whom.room.empty())
        if (auto bad = check_room(whom.room, "/room"); bad.status != Status::ok) return bad;
    if (auto bad = check_rooms(rooms, "/rooms"); bad.status != Status::ok) return bad;
    const bool everywhere = whom.nsp == every_namespace && !whom.user.empty();
    if (!everywhere && !namespaces_.knows(whom.nsp))
        return wrong("namespace_unknown", "/namespace", "there is no such namespace");
    return {};
}

std::vector<base::ClientId> Moves::find(const Whom &whom, Waiting waiting) const {
    if (!whom.user.empty()) return of_user(whom, waiting);
    const base::ClientId one = clients_.find(whom.nsp, whom.id.empty() ? whom.room : whom.id);
    rooms::Space *space = hub_.find(whom.nsp);
    if (!whom.id.empty()) {
        const bool in = one != base::ClientId::none && space != nullptr && space->has(one);
        const bool may_wait = waiting == Waiting::included && admission_.waits(one);
        return in || may_wait ? std::vector{one} : std::vector<base::ClientId>{};
    }
    if (space == nullptr || !rooms::is_room(whom.room)) return {};
    rooms::Selection selection;
    selection.rooms = {&whom.room, 1};
    if (one != base::ClientId::none) selection.clients = {&one, 1}; // whose own room it is
    return space->select(selection);
}

std::vector<base::ClientId> Moves::of_user(const Whom &whom, Waiting waiting) const {
    std::vector<base::ClientId> clients = identities_.of_user(whom.user);
    if (waiting == Waiting::included) {
        const auto more = admission_.waiting_of(whom.user);
        clients.insert(clients.end(), more.begin(), more.end());
    }
    if (whom.nsp == every_namespace) return clients;
    std::erase_if(clients, [&](base::ClientId client) {
        session::Clients::Info info;
        return !clients_.info(client, info) || info.nsp != whom.nsp;
    });
    return clients;
}

Moved Moves::move(std::span<const base::ClientId> clients, const Move &move) {
    switch (move.what) {
    case Move::What::join: return join(clients, move.rooms);
    case Move::What::leave: return leave(clients, move.rooms);
    case Move::What::disconnect: return send_away(clients, false);
    case Move::What::close: break;
    }
    return send_away(clients, true);
}

Moved Moves::join(std::span<const base::ClientId> clients,
                  const std::vector<std::string_view> &given) {
    const std::vector<std::string_view> rooms = each_once(given);
    Moved out;
    for (const base::ClientId client : clients) {
        rooms::Space *space = space_of(clients_, hub_, client);
        if (space == nullptr) continue;
        const auto others = static_cast<std::size_t>(
            std::count_if(rooms.begin(), rooms.end(),
                          [&](std::string_view room) { return !space->in(client, room); }));
        if (others > 0 && space->rooms_of(client) + others > options_.rooms_per_client) {
            ++out.full;
            continue;
        }
        for (const std::string_view room : rooms)
            space->join(client, room, rooms::Grant::plugin);
        if (others > 0) ++out.moved;
    }
    return out;
}

Moved Moves::leave(std::span<const base::ClientId> clients,
                   const std::vector<std::string_view> &rooms) {
    Moved out;
    std::vector<sio::Frames> notices(rooms.size()); // encoded once for all of a namespace
    std::string encoded_for;
    for (const base::ClientId client : clients) {
        session::Clients::Info info;
        rooms::Space *space = space_of(clients_, hub_, client);
        if (space == nullptr || !clients_.info(client, info)) continue;
        if (info.nsp != encoded_for) {
            encoded_for = info.nsp;
            std::fill(notices.begin(), notices.end(), sio::Frames{});
        }
        bool left = false;
        for (std::size_t i = 0; i < rooms.size(); ++i) {
            if (!space->leave(client, rooms[i])) continue;
            left = true;
            if (notices[i].empty()) notices[i] = room_left(info.nsp, rooms[i], "backend");
            clients_.send(client, notices[i], session::Delivery::reliable);
        }
        if (left) ++out.moved;
    }
    return out;
}

// Closing one session may take others of the list along: they count as well.
Moved Moves::send_away(std::span<const base::ClientId> clients, bool close) {
    const auto reason = close ? session::CloseReason::forced_close
                              : session::CloseReason::server_namespace_disconnect;
    for (const base::ClientId client : clients)
        clients_.disconnect(client, reason, close);
    return {clients.size(), 0};
}

} // namespace roomd::dispatch
