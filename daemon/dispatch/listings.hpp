#pragma once

#include "base/ids.hpp"
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

} // namespace roomd::dispatch
