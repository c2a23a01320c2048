#include "dispatch/listings.hpp"

#include <algorithm>

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

} // namespace roomd::dispatch
