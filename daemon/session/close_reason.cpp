#include "session/close_reason.hpp"

namespace roomd::session {

std::string_view text(CloseReason reason) noexcept {
    switch (reason) {
    case CloseReason::transport_error: return "transport error";
    case CloseReason::transport_close: return "transport close";
    case CloseReason::forced_close: return "forced close";
    case CloseReason::ping_timeout: return "ping timeout";
    case CloseReason::parse_error: return "parse error";
    case CloseReason::server_shutting_down: return "server shutting down";
    case CloseReason::client_namespace_disconnect: return "client namespace disconnect";
    case CloseReason::server_namespace_disconnect: return "server namespace disconnect";
    case CloseReason::slow_client: return "slow client";
    case CloseReason::expired: return "token expired";
    case CloseReason::max_age: return "max age reached";
    }
    return "unknown";
}

} // namespace roomd::session
