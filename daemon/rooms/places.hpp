#pragma once

#include "base/ids.hpp"
#include "rooms/kinds.hpp"

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace roomd::rooms {

class Space;
class Watcher;

// What the spaces of one shard share: where each client is, and the marks of a selection.  Dense
// vectors beside the clients' slot map, so nothing here hashes a client or allocates for one.  A
// client is in one space, so a namespace needs no table of its own.
class Places {
public:
    static constexpr std::uint32_t none = 0xFFFFFFFFu;

    // A client's membership in one room: 12 bytes, and 12 more in the room.
    struct Membership {
        std::uint32_t room;          // index in its space
        std::uint32_t position : 31; // among the room's members
        std::uint32_t granted : 1;   // by a plugin: rules do not apply to it
        std::uint32_t next;          // of the same client
    };
    struct Place {
        base::ClientId client = base::ClientId::none;
        const Space *space = nullptr;
        std::uint32_t first = none;
        std::uint32_t count = 0;
    };

    // `round`: where the count of rounds begins, so that a test can start near its end.
    explicit Places(std::uint32_t round = 0) noexcept : round_(round) {}
    Places(const Places &) = delete;
    Places &operator=(const Places &) = delete;

    // Null when the client is in no space, or the id is stale.
    Place *find(base::ClientId client) noexcept {
        const std::uint32_t index = base::index_of(client);
        if (index >= places_.size()) return nullptr;
        Place &place = places_[index];
        return place.space != nullptr && place.client == client ? &place : nullptr;
    }
    const Place *find(base::ClientId client) const noexcept {
        return const_cast<Places *>(this)->find(client);
    }
    // The client must be in no space.
    Place &add(base::ClientId, const Space &);
    void remove(Place &place) noexcept { place = Place{}; }

    std::uint32_t add_membership(Place &, std::uint32_t room, std::uint32_t position);
    void remove_membership(Place &, std::uint32_t membership) noexcept;
    Membership &membership(std::uint32_t index) noexcept { return memberships_[index]; }
    const Membership &membership(std::uint32_t index) const noexcept { return memberships_[index]; }

    // Begins a round: nobody is marked.
    void unmark_all();
    // Marks a client that is in a space.  True the first time in this round.
    bool mark(base::ClientId client) noexcept {
        std::uint32_t &mark = marks_[base::index_of(client)];
        if (mark == round_) return false;
        mark = round_;
        return true;
    }

    // Who is told of rooms that begin and end; null: nobody.
    void watch(Watcher *watcher) noexcept { watcher_ = watcher; }
    Watcher *watcher() const noexcept { return watcher_; }

    Kinds &kinds() noexcept { return kinds_; }
    const Kinds &kinds() const noexcept { return kinds_; }

    // Bytes held, for the benchmark and the memory test.
    std::size_t bytes() const noexcept;

private:
    std::vector<Place> places_;
    std::vector<std::uint32_t> marks_; // apart from places_: a fan-out reads nothing else
    std::vector<Membership> memberships_;
    std::uint32_t free_ = none; // chained through `next`
    std::uint32_t round_;
    Watcher *watcher_ = nullptr;
    Kinds kinds_;
};

} // namespace roomd::rooms
