#include "dispatch/about.hpp"

namespace roomd::dispatch {

log::About about(const session::Clients &clients, base::ClientId client, std::string_view user,
                 std::string_view code) {
    log::About out;
    out.code = code;
    out.user = user;
    session::Clients::Info info;
    if (!clients.info(client, info)) return out;
    out.transport = session::text(clients.transport(info.session));
    out.sid = log::mark_of(clients.sid(info.session));
    if (info.handshake == nullptr) return out;
    out.address = info.handshake->address.text();
    out.portal = info.handshake->facts->portal;
    out.origin = info.handshake->facts->origin;
    return out;
}

} // namespace roomd::dispatch
