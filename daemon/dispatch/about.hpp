#pragma once

#include "base/ids.hpp"
#include "log/causes.hpp"
#include "session/clients.hpp"

#include <string_view>

namespace roomd::dispatch {

// Whom lines about this client are about.  Views into what is given, and into the client.
log::About about(const session::Clients &, base::ClientId, std::string_view user,
                 std::string_view code);

} // namespace roomd::dispatch
