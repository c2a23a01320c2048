#pragma once

#include "net/address.hpp"
#include "policy/proxies.hpp"

namespace roomd::net {

struct Conn;

// Whether such a peer's word on others is taken.
bool is_proxy(const policy::Proxies &, const Peer &) noexcept;

// At each request, before anything looks at its peer: behind a trusted proxy the peer is whom
// X-Forwarded-For names.  Where that names nobody it is the proxy itself.
void look_behind_proxy(Conn &);

// Whether the request at hand came by TLS, here or at a trusted proxy (X-Forwarded-Proto).
bool came_by_tls(const Conn &);

} // namespace roomd::net
