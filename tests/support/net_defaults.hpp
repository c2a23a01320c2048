#pragma once

#include "config/limits.hpp"
#include "config/socketio.hpp"
#include "net/options.hpp"

#include <string>
#include <utility>

namespace roomd::test {

// What the key table has by default, and cookies; no listener, no limit on rates.
inline net::Options net_defaults() {
    net::Options out;
    static_cast<net::Limits &>(out) = config::Limits{};
    static_cast<net::Http &>(out) = config::SocketIo{};
    out.cors = {{"GET", "POST"}, true, true};
    out.send_buffer_total = config::Limits{}.send_buffer_total;
    return out;
}

inline net::ListenerOptions listener_on(std::string name) {
    net::ListenerOptions out;
    out.name = std::move(name);
    out.mode = 0660;
    return out;
}

} // namespace roomd::test
