#include "dispatch/listings.hpp"

#include <algorithm>
#include <string>
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

std::size_t list_rooms(const rooms::Hub &hub, std::string_view prefix, std::size_t limit,
                       std::vector<Stats::Room> &out) {
    using Row = std::tuple<std::string_view, std::string_view, std::size_t>; // views, as in stats()
    std::vector<Row> rows;
    hub.each([&](std::string_view nsp, const rooms::Space &space) {
        space.each_room([&](std::string_view name, std::size_t members) {
            if (name.starts_with(prefix)) rows.emplace_back(nsp, name, members);
        });
    });
    const std::size_t shown = std::min(limit, rows.size());
    std::partial_sort(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(shown), rows.end());
    for (std::size_t i = 0; i < shown; ++i) {
        const auto &[nsp, name, members] = rows[i];
        out.push_back({std::string{nsp}, std::string{name}, members});
    }
    return rows.size();
}

} // namespace roomd::dispatch
