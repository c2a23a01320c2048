#pragma once

#include "http/head.hpp"
#include "net/address.hpp"
#include "policy/proxies.hpp"

#include <optional>

namespace roomd::net {

// Whether this peer is a trusted proxy.
bool is_proxy(const policy::Proxies &, const Peer &) noexcept;

// The client that a trusted proxy's request is from, by all its X-Forwarded-For; nothing when it
// names no client.
std::optional<Peer> forwarded_for(const policy::Proxies &, const http::Head &);

// Whether a trusted proxy says that it received the request by TLS (X-Forwarded-Proto).
bool forwarded_tls(const http::Head &);

} // namespace roomd::net
