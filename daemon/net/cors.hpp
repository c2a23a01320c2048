#pragma once

#include "http/head.hpp"
#include "net/options.hpp"

#include <string>
#include <string_view>

namespace roomd::net {

// Whether the peer's origin is allowed, for polling and websockets alike.
bool origin_allowed(const Options &, const http::Head &);
// The portal of an allowed origin, by name; empty without an Origin header, and for the
// server's own origin.  A view into `options`.
std::string_view portal(const Options &, const http::Head &);
// Header lines for an answer that pages may read.  `preflight` adds to its Vary.
std::string cors_lines(const Options &, const http::Head &, bool preflight);
// Adds a header to the Vary of such lines.
void vary_by(std::string &lines, std::string_view header);
// Further lines of a preflight's answer; `asked` is Access-Control-Request-Headers.
std::string preflight_lines(const Options &, std::string_view asked);

} // namespace roomd::net
