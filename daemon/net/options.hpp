#pragma once

#include "base/clock.hpp"
#include "net/settings.hpp"
#include "policy/own_origin.hpp"
#include "policy/proxies.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace roomd::net {

// Which listeners serve a route.  An admin listener has the routes of `admin` and `both`, and no
// Socket.IO path.  A front listener has those of `front` and `both` whose kind it serves.
enum class Side : std::uint8_t { front, admin, both };

// Kinds of what a front listener serves, as a set.
using Kinds = std::uint8_t;
namespace kind {
inline constexpr Kinds clients = 1; // the Socket.IO path
inline constexpr Kinds api = 2;
inline constexpr Kinds health = 4;
inline constexpr Kinds metrics = 8;
inline constexpr Kinds admin = 16;
inline constexpr Kinds all = 31;
} // namespace kind

struct ListenerOptions {
    std::string name;        // as written, for logs and plugins: "127.0.0.1:3001", "[::1]:3001",
                             // "unix:/run/roomd/emit.sock", "systemd:roomd"
    std::string inherited;   // when set, not opened here: `fd` is a listening socket of this name,
    int fd = -1;             // ... non-blocking, which the server owns from now on
    std::string certificate; // PEM files; both or none
    std::string key;
    std::vector<PemPair> more_certificates; // chosen by the name that a client asks for
    TlsOffer tls;
    Kinds serves = kind::all;    // a route says of which kind it is
    bool proxy_protocol = false; // connections begin with a PROXY header of a trusted proxy
    unsigned mode{};             // of a Unix socket
    Side side = Side::front;     // admin: for operators, whom limits on connections never keep out
    friend bool operator==(const ListenerOptions &, const ListenerOptions &) = default;
};

struct CorsOptions {
    std::vector<std::string> methods;
    bool credentials{};
    bool allow_missing_origin{};
    friend bool operator==(const CorsOptions &, const CorsOptions &) = default;
};

struct Options : Limits, Http {
    std::vector<ListenerOptions> listeners;
    CorsOptions cors;
    // The name of the portal that this Origin header belongs to; nothing: it is not allowed.
    // (policy/origins; an empty function allows any, without a portal)
    std::function<std::optional<std::string_view>(std::string_view origin)> portal_of;
    policy::OwnOrigin own_origin;          // of those that portal_of does not know
    policy::Proxies proxies;               // whose X-Forwarded-For is believed
    std::vector<std::string> kept_headers; // lower case; into Handshake::headers
    // The query parameter of a handshake that may hold the token; empty: there is none.
    std::string token_parameter;
    std::string client_bundle;       // directory of socket.io.min.js ...; empty: none
    std::size_t send_buffer_total{}; // bytes of answers that their peers have not read
    base::Duration farewell{5000};   // for a peer to close too, after us
    // Connections that have not sent a whole head yet.  libwebsockets has the timeouts of TLS
    // handshakes in a sorted list: thousands of them would make each new one slow.
    std::size_t half_open = 4096;
    // Frames of a websocket that are read per second; what comes faster waits unread.
    unsigned frames_per_second{}; // 0: any number
    bool access{};                // whether Server::tell_answers() is for every request
};

} // namespace roomd::net
