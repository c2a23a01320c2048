#pragma once

#include "config/limits.hpp"
#include "config/socketio.hpp"
#include "session/options.hpp"

namespace roomd::test {

// What the key table has by default, and both transports; no limit on rates.
inline session::Options session_defaults() {
    session::Options out{config::SocketIo{}, config::Limits{}};
    out.polling = out.websocket = true;
    return out;
}

inline session::ClientOptions client_defaults() {
    session::ClientOptions out{config::Limits{}};
    out.held_total = 1u << 29;
    return out;
}

} // namespace roomd::test
