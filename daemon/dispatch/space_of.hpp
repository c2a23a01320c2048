#pragma once

#include "base/ids.hpp"
#include "rooms/hub.hpp"
#include "session/clients.hpp"

namespace roomd::dispatch {

// The rooms of the client's namespace.  Null when it is not in: unknown, gone, or before its
// verdict.
inline rooms::Space *space_of(const session::Clients &clients, rooms::Hub &hub,
                              base::ClientId client) {
    session::Clients::Info info;
    if (!clients.info(client, info)) return nullptr;
    rooms::Space *space = hub.find(info.nsp);
    return space != nullptr && space->has(client) ? space : nullptr;
}

} // namespace roomd::dispatch
