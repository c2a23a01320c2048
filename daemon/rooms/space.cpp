#include "rooms/space.hpp"

#include "rooms/watcher.hpp"

#include <algorithm>

namespace roomd::rooms {

// The clients that are still in it are in no space afterwards.
Space::~Space() {
    for (const Member &member : rooms_[everyone].members) {
        Places::Place *place = places_.find(member.client());
        while (place->first != Places::none)
            places_.remove_membership(*place, place->first);
        places_.remove(*place);
    }
}

bool Space::enter(base::ClientId client) {
    if (places_.find(client) != nullptr) return false;
    add(places_.add(client, *this), everyone);
    return true;
}

bool Space::exit(base::ClientId client, std::vector<std::string> &left) {
    Places::Place *place = place_of(client);
    if (place == nullptr) return false;
    while (place->first != Places::none) {
        const std::uint32_t room = places_.membership(place->first).room;
        if (room != everyone) left.push_back(*rooms_[room].name);
        remove(*place, place->first);
    }
    places_.remove(*place);
    return true;
}

bool Space::join(base::ClientId client, std::string_view name, Grant by) {
    Places::Place *place = place_of(client);
    if (place == nullptr) return false;
    std::uint32_t room = find_room(name);
    const bool begins = room == Places::none;
    if (begins) room = make_room(name);
    const std::uint32_t had = membership_in(*place, room);
    if (had == Places::none) add(*place, room); // the newest stands first
    if (by == Grant::plugin)
        places_.membership(had == Places::none ? place->first : had).granted = 1;
    if (begins) places_.kinds().began(name);
    if (begins && places_.watcher() != nullptr) places_.watcher()->occupied(nsp_, name);
    return had == Places::none;
}

bool Space::leave(base::ClientId client, std::string_view name) {
    Places::Place *place = place_of(client);
    const std::uint32_t room = find_room(name);
    if (place == nullptr || room == Places::none) return false;
    const std::uint32_t membership = membership_in(*place, room);
    if (membership == Places::none) return false;
    remove(*place, membership);
    return true;
}

bool Space::has(base::ClientId client) const noexcept {
    return place_of(client) != nullptr;
}

bool Space::in(base::ClientId client, std::string_view name) const noexcept {
    const Places::Place *place = place_of(client);
    const std::uint32_t room = find_room(name);
    return place != nullptr && room != Places::none && membership_in(*place, room) != Places::none;
}

std::size_t Space::count(std::string_view name) const noexcept {
    const std::uint32_t room = find_room(name);
    return room == Places::none ? 0 : rooms_[room].members.size();
}

std::size_t Space::rooms_of(base::ClientId client) const noexcept {
    const Places::Place *place = place_of(client);
    return place == nullptr ? 0 : place->count - 1; // not everyone's
}

std::vector<std::string> Space::names_of(base::ClientId client) const {
    std::vector<std::string> names;
    each_of(client, [&](std::string_view name, Grant) { names.emplace_back(name); });
    return names;
}

std::vector<base::ClientId> Space::select(const Selection &selection) {
    std::vector<base::ClientId> clients;
    each(selection, [&](base::ClientId client) { clients.push_back(client); });
    return clients;
}

std::size_t Space::bytes() const noexcept {
    std::size_t sum = rooms_.capacity() * sizeof(Room);
    for (const Room &room : rooms_)
        sum += room.members.capacity() * sizeof(Member);
    return sum;
}

Places::Place *Space::place_of(base::ClientId client) const noexcept {
    Places::Place *place = places_.find(client);
    return place != nullptr && place->space == this ? place : nullptr;
}

std::uint32_t Space::find_room(std::string_view name) const noexcept {
    const auto found = by_name_.find(name);
    return found == by_name_.end() ? Places::none : found->second;
}

std::uint32_t Space::make_room(std::string_view name) {
    std::uint32_t room = static_cast<std::uint32_t>(rooms_.size());
    if (free_.empty()) {
        rooms_.emplace_back();
    } else {
        room = free_.back();
        free_.pop_back();
    }
    const auto made = by_name_.emplace(std::string{name}, room).first;
    rooms_[room].name = &made->first;
    return room;
}

// A client's rooms are bounded by rooms_per_client, so the walk is too.
std::uint32_t Space::membership_in(const Places::Place &place, std::uint32_t room) const noexcept {
    std::uint32_t at = place.first;
    while (at != Places::none && places_.membership(at).room != room)
        at = places_.membership(at).next;
    return at;
}

void Space::add(Places::Place &place, std::uint32_t room) {
    std::vector<Member> &members = rooms_[room].members;
    const auto position = static_cast<std::uint32_t>(members.size());
    members.emplace_back(place.client, places_.add_membership(place, room, position));
}

// The last member takes the place of the one that leaves.
void Space::remove(Places::Place &place, std::uint32_t membership) noexcept {
    const Places::Membership gone = places_.membership(membership);
    std::vector<Member> &members = rooms_[gone.room].members;
    members[gone.position] = members.back();
    places_.membership(members[gone.position].membership).position = gone.position;
    members.pop_back();
    places_.remove_membership(place, membership);

    if (members.empty() && gone.room != everyone) {
        Room &room = rooms_[gone.room];
        places_.kinds().ended(*room.name);
        if (places_.watcher() != nullptr) places_.watcher()->vacated(nsp_, *room.name);
        by_name_.erase(by_name_.find(*room.name));
        room = Room{};
        free_.push_back(gone.room);
    } else if (members.capacity() > 64 && members.size() < members.capacity() / 4) {
        // Memory that a crowd needed is freed when it has left.
        std::vector<Member> smaller;
        smaller.reserve(members.size() * 2);
        smaller.assign(members.begin(), members.end());
        members.swap(smaller);
    }
}

bool Space::pick(const Selection &selection) {
    picked_.clear();
    if (selection.everyone) {
        picked_.push_back(everyone);
    } else {
        ++round_;
        for (const std::string_view name : selection.rooms) {
            const std::uint32_t room = find_room(name);
            if (room == Places::none || rooms_[room].picked == round_) continue;
            rooms_[room].picked = round_;
            picked_.push_back(room);
        }
    }
    const bool whole = selection.except.empty() && selection.not_to.empty();
    if (whole && picked_.size() <= 1 && (selection.everyone || selection.clients.empty()))
        return true;

    places_.unmark_all();
    for (const std::string_view name : selection.except) {
        const std::uint32_t room = find_room(name);
        if (room == Places::none) continue;
        for (const Member &member : rooms_[room].members)
            places_.mark(member.client());
    }
    for (const base::ClientId client : selection.not_to)
        if (has(client)) places_.mark(client);
    return false;
}

} // namespace roomd::rooms
