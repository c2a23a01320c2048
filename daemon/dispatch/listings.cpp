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

std::vector<Stats::Room> largest_rooms(const rooms::Hub &hub, std::size_t limit) {
    // Views until the few that are shown are known: there may be a hundred thousand rooms.
    using Row = std::tuple<std::ptrdiff_t, std::string_view, std::string_view>;
    std::vector<Row> rows; // minus the members first, so that the largest comes first
    rows.reserve(hub.rooms());
    hub.each([&](std::string_view nsp, const rooms::Space &space) {
        space.each_room([&](std::string_view name, std::size_t members) {
            rows.emplace_back(-static_cast<std::ptrdiff_t>(members), nsp, name);
        });
    });
    if (rows.size() > limit) {
        std::partial_sort(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(limit),
                          rows.end());
        rows.resize(limit);
    }
    std::sort(rows.begin(), rows.end(), [](const Row &a, const Row &b) {
        return std::tie(std::get<1>(a), std::get<2>(a)) < std::tie(std::get<1>(b), std::get<2>(b));
    });
    std::vector<Stats::Room> largest;
    largest.reserve(rows.size());
    for (const auto &[minus, nsp, name] : rows)
        largest.push_back({std::string{nsp}, std::string{name}, static_cast<std::size_t>(-minus)});
    return largest;
}

std::size_t rooms_by_name(const rooms::Hub &hub, std::string_view prefix, std::size_t limit,
                          std::vector<Stats::Room> &out) {
    using Row = std::tuple<std::string_view, std::string_view, std::size_t>; // views, as above
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
