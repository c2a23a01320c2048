#pragma once

#include "net/conn.hpp"
#include "net/http.hpp"

#include <string_view>

namespace roomd::net {

// A connection's life as HTTP, step by step.  False: end the connection at once.

bool confirm_upgrade(Conn &);
bool established(Conn &);
bool request(Conn &);
bool request_body(Conn &, std::string_view chunk);
bool request_complete(Conn &);
bool http_writable(Conn &);

// Answers an exchange of a route.
bool respond(Conn &, Response);

} // namespace roomd::net
