#pragma once

#include "base/ids.hpp"
#include "base/text_hash.hpp"
#include "rooms/places.hpp"
#include "rooms/selection.hpp"

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace roomd::rooms {

// Who let a client into a room.  When rules change, a client may lose what they granted; what a
// plugin granted stays until the plugin revokes it.
enum class Grant : std::uint8_t { rule, plugin };

// Who is where in one namespace: ids and names only.  A room begins with its first member and ends
// with its last.  The cost of joining and leaving does not grow with the room; a selection costs as
// much as its rooms have members.
class Space {
public:
    // `nsp`: whose space it is, for who watches rooms; it outlives the space.
    explicit Space(Places &places, std::string_view nsp = {}) :
        places_(places),
        nsp_(nsp),
        rooms_(1) {}
    ~Space();
    Space(const Space &) = delete;
    Space &operator=(const Space &) = delete;

    // A client enters the space before it joins a room of it.  False: it is in one already.
    bool enter(base::ClientId);
    // Out of every room and of the space; the names of the rooms are appended to `left`.
    bool exit(base::ClientId, std::vector<std::string> &left);

    // False: it is in the room already, or not in the space.  What a plugin has granted stays
    // granted.
    bool join(base::ClientId, std::string_view room, Grant by = Grant::rule);
    // False: it was not in it.
    bool leave(base::ClientId, std::string_view room);

    bool has(base::ClientId) const noexcept;
    bool in(base::ClientId, std::string_view room) const noexcept;
    std::size_t count(std::string_view room) const noexcept; // members
    std::size_t rooms_of(base::ClientId) const noexcept;
    std::vector<std::string> names_of(base::ClientId) const;
    // Calls fn(name, Grant) for each room of the client.  `fn` must not change this space.
    template <class Fn> void each_of(base::ClientId, Fn fn) const;
    std::size_t size() const noexcept { return rooms_[everyone].members.size(); } // clients
    std::size_t rooms() const noexcept { return by_name_.size(); }

    // Calls fn(ClientId) once for each selected client.  `fn` must not change this space, nor
    // select from one that shares its places.
    template <class Fn> void each(const Selection &selection, Fn fn);
    std::vector<base::ClientId> select(const Selection &selection);

    // Calls fn(name, members) for each room.
    template <class Fn> void each_room(Fn fn) const {
        for (const auto &[name, index] : by_name_)
            fn(std::string_view{name}, rooms_[index].members.size());
    }

    std::size_t bytes() const noexcept; // of memory, without the names

private:
    static constexpr std::uint32_t everyone = 0; // the unnamed room that everyone is in

    // 12 bytes, so that a room's list is one vector and its scan stays dense.
    struct Member {
        std::uint32_t low, high;  // of the client's id
        std::uint32_t membership; // its entry in places
        Member(base::ClientId client, std::uint32_t entry) noexcept :
            low(static_cast<std::uint32_t>(static_cast<std::uint64_t>(client))),
            high(static_cast<std::uint32_t>(static_cast<std::uint64_t>(client) >> 32)),
            membership(entry) {}
        base::ClientId client() const noexcept {
            return static_cast<base::ClientId>((std::uint64_t{high} << 32) | low);
        }
    };
    struct Room {
        std::vector<Member> members;
        const std::string *name = nullptr; // the key in by_name_
        std::uint64_t picked = 0;          // the round in which a selection last named it
    };

    Places::Place *place_of(base::ClientId) const noexcept;
    std::uint32_t find_room(std::string_view name) const noexcept; // Places::none
    std::uint32_t make_room(std::string_view name);
    std::uint32_t membership_in(const Places::Place &, std::uint32_t room) const noexcept;
    void add(Places::Place &, std::uint32_t room);
    void remove(Places::Place &, std::uint32_t membership) noexcept;
    bool pick(
        const Selection &); // fills picked_ and marks those to leave out; true: no marks are needed

    Places &places_;
    std::string_view nsp_;
    std::vector<Room> rooms_;
    std::vector<std::uint32_t> free_;
    std::unordered_map<std::string, std::uint32_t, base::TextHash, std::equal_to<>> by_name_;
    std::vector<std::uint32_t> picked_; // scratch: the selected rooms, each once
    std::uint64_t round_ = 0;
    bool selecting_ = false; // one at a time: they share the marks
};

template <class Fn> void Space::each_of(base::ClientId client, Fn fn) const {
    const Places::Place *place = place_of(client);
    if (place == nullptr) return;
    for (std::uint32_t at = place->first; at != Places::none; at = places_.membership(at).next) {
        const Places::Membership &membership = places_.membership(at);
        if (membership.room != everyone)
            fn(std::string_view{*rooms_[membership.room].name},
               membership.granted != 0 ? Grant::plugin : Grant::rule);
    }
}

template <class Fn> void Space::each(const Selection &selection, Fn fn) {
    assert(!selecting_);
    selecting_ = true;
    const bool plain = pick(selection);
    if (plain) {
        for (const std::uint32_t room : picked_)
            for (const Member &member : rooms_[room].members)
                fn(member.client());
    } else {
        for (const std::uint32_t room : picked_)
            for (const Member &member : rooms_[room].members)
                if (places_.mark(member.client())) fn(member.client());
        for (const base::ClientId client : selection.clients)
            if (!selection.everyone && has(client) && places_.mark(client)) fn(client);
    }
    selecting_ = false;
}

} // namespace roomd::rooms
