#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace roomd::session {

// Why a session or a client ended.  The texts are those of Socket.IO's server (protocol notes,
// section 5), so that a plugin author and a log reader meet the words they know.
enum class CloseReason : std::uint8_t {
    transport_error, // failed request, wrong direction, overlap
    transport_close, // the peer hung up, or sent a close packet
    forced_close,    // a Socket.IO violation, connect timeout
    ping_timeout,
    parse_error,
    server_shutting_down,
    client_namespace_disconnect, // 41 from the client
    server_namespace_disconnect, // a plugin or an operator sent the client away
    slow_client,                 // over its outbox bound
    expired,                     // its token has expired
    max_age                      // it has lasted as long as a session may
};

inline constexpr std::size_t close_reasons = static_cast<std::size_t>(CloseReason::max_age) + 1;

std::string_view text(CloseReason) noexcept;

} // namespace roomd::session
