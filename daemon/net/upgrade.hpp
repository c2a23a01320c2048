#pragma once

#include "http/head.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace roomd::net {

// Whether this request asks for a websocket.  Other upgrades (h2c) are ignored.
bool wants_websocket(const http::Head &) noexcept;
// Why it is refused (RFC 6455, 4.2.1).  The messages name what proxies do to such requests.
std::optional<http::Refusal> check_websocket(const http::Head &) noexcept;
// The first subprotocol that is offered, which is the one chosen, as with Node; empty without an
// offer.
std::string_view first_subprotocol(const http::Head &) noexcept;
// Call it at the start: OpenSSL looks up SHA-1, which may read its configuration file.  Throws when
// it has none.
void prepare_upgrades();
// The answer that switches protocols.
std::string switching(const http::Head &);

} // namespace roomd::net
