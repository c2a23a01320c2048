#pragma once

#include "base/ids.hpp"
#include "dispatch/stats.hpp"
#include "rooms/hub.hpp"
#include "session/clients.hpp"

#include <cstddef>
#include <string_view>
#include <vector>

namespace roomd::dispatch {

// As Router::clients().
std::vector<base::ClientId> list_clients(rooms::Hub &, const session::Clients &,
                                         std::string_view nsp, base::ClientId after,
                                         std::size_t limit);

// The `limit` rooms with most members, in order of namespace and name.
std::vector<Stats::Room> largest_rooms(const rooms::Hub &, std::size_t limit);

// Rooms whose name begins with `prefix`, by namespace and name: the first `limit` of them are
// appended.  How many there are.
std::size_t rooms_by_name(const rooms::Hub &, std::string_view prefix, std::size_t limit,
                          std::vector<Stats::Room> &out);

} // namespace roomd::dispatch
