#pragma once

#include "http/head.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace roomd::net {

// Does this request ask for a websocket?  Other upgrades (h2c) a server may ignore, and this does.
bool wants_websocket(const http::Head &) noexcept;
// Why it does not get one (RFC 6455, 4.2.1).  The messages name what proxies do to such requests.
std::optional<http::Refusal> check_websocket(const http::Head &) noexcept;
// The first of the subprotocols offered, which is the one that is chosen, as with Node; empty
// without an offer.
std::string_view first_subprotocol(const http::Head &) noexcept;
// Call it at the start: OpenSSL finds SHA-1 here, and reads its configuration file for that. Throws
// when it has none.
void prepare_upgrades();
// The answer that switches protocols.
std::string switching(const http::Head &);

} // namespace roomd::net
