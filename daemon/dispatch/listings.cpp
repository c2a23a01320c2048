#include "dispatch/listings.hpp"

#include <algorithm>
#include <tuple>

namespace roomd::dispatch {

std::vector<base::ClientId> list_clients(rooms::Hub &hub, const session::Clients &clients,
                                         std::string_view nsp, base::ClientId after,
                                         std::size_t limit) {
    std::vector<base::ClientId> page;
    rooms::Space *space = hub.find(nsp);
    if (space == nullptr) return page;
    rooms::Selection all;
    all.everyone = true;
    space->each(all, [&](base::ClientId client) {
        if (client > after && clients.alive(client)) page.push_back(client);
    });
    const std::size_t size = std::min(limit, page.size());
    std::partial_sort(page.begin(), page.begin() + static_cast<std::ptrdiff_t>(size), page.end());
    page.resize(size);
    return page;
}

namespace {

bool before(const ListedRoom &a, const ListedRoom &b) noexcept {
    return std::tie(a.nsp, a.name) < std::tie(b.nsp, b.name);
}

} // namespace

std::vector<ListedRoom> list_rooms(const rooms::Hub &hub, std::string_view prefix,
                                   std::size_t limit, std::size_t &total) {
    std::vector<ListedRoom> rows;
    hub.each([&](std::string_view nsp, const rooms::Space &space) {
        space.each_room([&](std::string_view name, std::size_t members) {
            if (name.starts_with(prefix)) rows.push_back({nsp, name, members});
        });
    });
    total = rows.size();
    const std::size_t shown = std::min(limit, rows.size());
    std::partial_sort(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(shown), rows.end(),
                      before);
    rows.resize(shown);
    return rows;
}

std::vector<ListedRoom> list_largest(const rooms::Hub &hub, std::size_t limit) {
    std::vector<ListedRoom> rows; // views: there may be a hundred thousand rooms
    rows.reserve(hub.rooms());
    hub.each([&](std::string_view nsp, const rooms::Space &space) {
        space.each_room([&](std::string_view name, std::size_t members) {
            rows.push_back({nsp, name, members});
        });
    });
    if (rows.size() > limit) {
        std::partial_sort(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(limit),
                          rows.end(), [](const ListedRoom &a, const ListedRoom &b) {
                              return std::tie(b.members, a.nsp, a.name) <
                                     std::tie(a.members, b.nsp, b.name);
                          });
        rows.resize(limit);
    }
    std::sort(rows.begin(), rows.end(), before);
    return rows;
}

} // namespace roomd::dispatch
