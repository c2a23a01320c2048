#pragma once

#include "base/ids.hpp"
#include "dispatch/router.hpp"
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
std::size_t list_rooms(const rooms::Hub &, std::string_view prefix, std::size_t limit,
                       std::vector<Stats::Room> &out);

} // namespace roomd::dispatch
