#pragma once

#include "http/head.hpp"
#include "net/address.hpp"
#include "policy/proxies.hpp"

#include <optional>

namespace roomd::net {

// Whether such a peer's word on others is taken.
bool is_proxy(const policy::Proxies &, const Peer &) noexcept;

// Whom a trusted proxy's request is from, by all its X-Forwarded-For; nothing where it names
// nobody.
std::optional<Peer> forwarded_for(const policy::Proxies &, const http::Head &);

// Whether a trusted proxy says that the request came to it by TLS (X-Forwarded-Proto).
bool forwarded_tls(const http::Head &);

} // namespace roomd::net
