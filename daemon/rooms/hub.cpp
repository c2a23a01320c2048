#include "rooms/hub.hpp"

#include <utility>

namespace roomd::rooms {

Space &Hub::enter(base::ClientId client, std::string_view nsp) {
    auto found = spaces_.find(nsp);
    if (found == spaces_.end()) {
        found = spaces_.emplace(std::string{nsp}, nullptr).first;
        found->second = std::make_unique<Space>(places_, found->first);
    }
    found->second->enter(client);
    return *found->second;
}

bool Hub::exit(base::ClientId client, std::string_view nsp, std::vector<std::string> &left) {
    const auto found = spaces_.find(nsp);
    if (found == spaces_.end() || !found->second->exit(client, left)) return false;
    if (found->second->size() == 0) spaces_.erase(found);
    return true;
}

Space *Hub::find(std::string_view nsp) noexcept {
    const auto found = spaces_.find(nsp);
    return found == spaces_.end() ? nullptr : found->second.get();
}

void Hub::count_kinds(std::vector<std::string> names) {
    places_.kinds().use(std::move(names));
    each([&](std::string_view, const Space &space) {
        space.each_room([&](std::string_view room, std::size_t) { places_.kinds().began(room); });
    });
}

std::size_t Hub::rooms() const noexcept {
    std::size_t sum = 0;
    for (const auto &[nsp, space] : spaces_)
        sum += space->rooms();
    return sum;
}

} // namespace roomd::rooms
