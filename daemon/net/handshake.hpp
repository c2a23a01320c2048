#pragma once

#include "net/conn.hpp"
#include "net/core.hpp"
#include "net/head.hpp"

namespace roomd::net {

// The Socket.IO path: the checks of a request in the order clients rely on, and what it then does
// to its session.  Each function gives the connection's exchange its end, or keeps it open.

bool on_path(const Core &, const Head &) noexcept;

// A plain request.  The connection has an exchange; a body, if any, has not been read.
void polling_request(Conn &, const Head &);
// Its body is complete.
void polling_body(Conn &);
// A request for a websocket on the path.  True: switch protocols, then websocket_open().
bool websocket_request(Conn &, const Head &);
void websocket_open(Conn &);

} // namespace roomd::net
