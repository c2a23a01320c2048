#pragma once

#include "net/head.hpp"

#include <cstddef>
#include <optional>
#include <string_view>

namespace roomd::net {

// Why a request goes no further.  The connection ends with the answer.
struct Fault {
    int status;
    std::string_view code, message;
};

// What libwebsockets 4.1.6 lets through and must not (each line of the source names its danger).
// `fresh` is false for bytes that it replays from its own buffer.  Sets the length of the body.
std::optional<Fault> check_request(const Head &, bool fresh, std::size_t &body);
// The same for a request that asks for a websocket.
std::optional<Fault> check_upgrade(const Head &);

// ^[0-9]{1,12}$
std::optional<std::size_t> parse_length(std::string_view) noexcept;
// 24 characters of base64 for 16 bytes.
bool is_websocket_key(std::string_view) noexcept;
// The first of a Sec-WebSocket-Protocol header.  Empty when libwebsockets would close over the list
// without a word: then the request is refused.
std::string_view first_subprotocol(std::string_view list) noexcept;
// A byte that no header value may hold: a control other than TAB.
bool has_illegal_byte(std::string_view) noexcept;
// May the server's answer leave the connection open?
bool keeps_alive(const Head &) noexcept;
// May a peer's close frame carry this?  (RFC 6455, 7.4)
bool is_close_payload(std::string_view) noexcept;

} // namespace roomd::net
