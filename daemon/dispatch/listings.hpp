#pragma once

#include "base/ids.hpp"
#include "rooms/hub.hpp"
#include "session/clients.hpp"

#include <cstddef>
#include <string_view>
#include <vector>

namespace roomd::dispatch {

// As Router::clients() and rooms().
std::vector<base::ClientId> list_clients(rooms::Hub &, const session::Clients &,
                                         std::string_view nsp, base::ClientId after,
                                         std::size_t limit);
struct ListedRoom { // views, valid until a room changes
    std::string_view nsp, name;
    std::size_t members;
};
std::vector<ListedRoom> list_rooms(const rooms::Hub &, std::string_view prefix, std::size_t limit,
                                   std::size_t &total);

// The rooms with most members, by namespace and name.
std::vector<ListedRoom> list_largest(const rooms::Hub &, std::size_t limit);

} // namespace roomd::dispatch
