#pragma once

#include "base/clock.hpp"
#include "policy/proxies.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace roomd::net {

// Which listeners serve a route.  One on the admin side has its own routes and those of both sides,
// and no Socket.IO path.
enum class Side : std::uint8_t { front, admin, both };

struct ListenerOptions {
    std::string name;        // as written, for logs and plugins: "127.0.0.1:3001", "[::1]:3001",
                             // "unix:/run/roomd/emit.sock", "systemd:roomd"
    std::string inherited;   // not opened here: `fd` is a listening socket of this name
    int fd = -1;             // ... non-blocking, and the server's from now on
    std::string certificate; // PEM files; both or none
    std::string key;
    unsigned mode = 0660;    // of a Unix socket
    Side side = Side::front; // admin: for operators, so no limit on connections keeps them out
};

struct CorsOptions {
    std::vector<std::string> methods{"GET", "POST"};
    bool credentials = true;
    bool allow_missing_origin = true;
};

struct Options {
    std::string path = "/socket.io/";
    std::vector<ListenerOptions> listeners;
    CorsOptions cors;
    // The name of the portal that this Origin header belongs to; nothing: it is not allowed.
    // (policy/origins; empty: any is allowed, and belongs to none)
    std::function<std::optional<std::string_view>(std::string_view origin)> portal_of;
    policy::Proxies proxies;               // whose X-Forwarded-For says who the peer is
    std::vector<std::string> kept_headers; // lower case; into Handshake::headers
    std::string client_bundle;             // directory of socket.io.min.js ...; empty: none
    std::size_t connections = 50000;
    std::size_t per_address = 200; // not for loopback and Unix peers; 0: no limit
    // IPv6 peers of one such prefix count as one address; those of the shorter one together may
    // have `per_network` connections (0: no limit).
    unsigned address_prefix = 64;
    unsigned network_prefix = 56;
    std::size_t per_network = 800;
    std::size_t head = 32768; // bytes of a request's head
    // Bytes of requests and messages of which parts are still to come, all together.
    std::size_t receive_total = 128u << 20;
    // Bytes of answers that wait for their readers, all together.
    std::size_t send_buffer_total = 512u << 20;
    // Bytes that the kernel may hold of each connection (SO_SNDBUF); 0: as it likes, up to
    // megabytes.
    std::size_t kernel_buffer = 128u << 10;
    std::size_t compress_from = 1024;      // bytes of a polling answer; 0: none is compressed
    bool io_uring = true;                  // writes of a burst together, where the kernel lets us
    base::Duration header_deadline{10000}; // absolute
    base::Duration body_deadline{30000};   // absolute
    base::Duration keep_alive{75000};
    base::Duration farewell{5000}; // for a peer to close too, after us
    // Connections that have not said what they want.  Timeouts of half-open TLS connections sit in
    // a sorted list of libwebsockets: thousands of them would make each new one slow.
    std::size_t half_open = 4096;
    // Frames of a websocket that are read in a second; what comes faster waits unread.
    unsigned frames_per_second = 0; // 0: any number
};

} // namespace roomd::net
