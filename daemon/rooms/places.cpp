#include "rooms/places.hpp"

#include <algorithm>

namespace roomd::rooms {

Places::Place &Places::add(base::ClientId client, const Space &space) {
    const std::uint32_t index = base::index_of(client);
    if (index >= places_.size()) {
        places_.resize(index + 1);
        marks_.resize(index + 1);
    }
    Place &place = places_[index];
    assert(place.space == nullptr);
    place.client = client;
    place.space = &space;
    return place;
}

std::uint32_t Places::add_membership(Place &place, std::uint32_t room, std::uint32_t position) {
    std::uint32_t index = free_;
    if (index == none) {
        index = static_cast<std::uint32_t>(memberships_.size());
        memberships_.push_back({room, position & 0x7FFFFFFFu, 0, place.first});
    } else {
        free_ = memberships_[index].next;
        memberships_[index] = {room, position & 0x7FFFFFFFu, 0, place.first};
    }
    place.first = index;
    ++place.count;
    return index;
}

void Places::remove_membership(Place &place, std::uint32_t membership) noexcept {
    std::uint32_t *link = &place.first;
    while (*link != membership) {
        assert(*link != none);
        link = &memberships_[*link].next;
    }
    *link = memberships_[membership].next;
    --place.count;
    memberships_[membership].next = free_;
    free_ = membership;
}

void Places::unmark_all() {
    if (++round_ != 0) return;
    std::fill(marks_.begin(), marks_.end(), 0u); // once in four billion emits
    round_ = 1;
}

std::size_t Places::bytes() const noexcept {
    return places_.capacity() * sizeof(Place) + marks_.capacity() * sizeof(std::uint32_t) +
           memberships_.capacity() * sizeof(Membership);
}

} // namespace roomd::rooms
