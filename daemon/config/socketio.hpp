#pragma once

#include "config/key.hpp"
#include "net/settings.hpp"
#include "session/settings.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace roomd::config {

// Engine.IO and its two transports.  The rows below say the rest, and point at the members of the
// layers where these have them.
struct SocketIo : session::EngineIo, net::Http {
    SocketIo();
    std::vector<std::string> transports; // "websocket", "polling"
    bool serve_client{};
    std::string client_directory; // where the bundle is, absolute; empty: where it was built
    bool offers(std::string_view transport) const noexcept {
        return std::find(transports.begin(), transports.end(), transport) != transports.end();
    }
    friend bool operator==(const SocketIo &, const SocketIo &) = default;
};

// clang-format off
inline constexpr std::array socketio_keys{
    text<SocketIo>("socketio.path", &SocketIo::path, "/socket.io/", Reload::yes,
        "Path of Engine.IO requests; begins and ends with `/`."),
    texts("socketio.transports", &SocketIo::transports, "[websocket, polling]", Reload::yes,
        "`websocket`, `polling` or both.")
        .of("websocket polling"),
    duration<SocketIo>("socketio.ping_interval", &SocketIo::ping_interval, "25s", {"10ms", "1d"}, Reload::yes,
        "Time between two pings. Over 55s is a warning: okhttp, URLSession and nginx give up after 60s of silence."),
    duration<SocketIo>("socketio.ping_timeout", &SocketIo::ping_timeout, "20s", {"10ms", "1d"}, Reload::yes,
        "How long a pong may take."),
    duration<SocketIo>("socketio.upgrade_timeout", &SocketIo::upgrade_timeout, "10s", {"10ms", "1d"}, Reload::yes,
        "How long a polling session may take to become a websocket."),
    size<SocketIo>("socketio.max_payload", &SocketIo::max_payload, "1MB", {"1000B", "64MiB"}, Reload::yes,
        "Largest packet, and largest polling body, a client may send."),
    size<SocketIo>("socketio.compress_from", &SocketIo::compress_from, "1KiB", {"0B", "1MiB"}, Reload::yes,
        "Polling answers of at least this size are compressed (gzip) for clients that accept it; `0B`: none."),
    flag<SocketIo>("socketio.io_uring", &SocketIo::io_uring, "true", Reload::yes,
        "Whether the writes of one event to many clients are given to the kernel together, where it allows that (io_uring); `false`: one by one."),
    flag<SocketIo>("socketio.serve_client", &SocketIo::serve_client, "true", Reload::yes,
        "Whether to serve the browser bundle under the path."),
    file("socketio.client_directory", &SocketIo::client_directory, "\"\"", Reload::yes,
        "Folder of the bundle. Empty: where it was built or installed."),
};
// clang-format on

inline SocketIo::SocketIo() {
    set_initial(*this, socketio_keys);
}

} // namespace roomd::config
