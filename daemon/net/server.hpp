#pragma once

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "log/log.hpp"
#include "loop/loop.hpp"
#include "net/http.hpp"
#include "policy/proxies.hpp"
#include "session/sessions.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace roomd::net {

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
    // Bytes of answers that wait for their readers, all together.
    std::size_t send_buffer_total = 512u << 20;
    std::size_t compress_from = 1024;      // bytes of a polling answer; 0: none is compressed
    bool io_uring = true;                  // writes of a burst together, where the kernel lets us
    std::size_t rx_buffer = 1024;          // bytes read per connection and turn
    base::Duration header_deadline{10000}; // absolute
    base::Duration body_deadline{30000};   // absolute
    base::Duration keep_alive{75000};
    base::Duration farewell{5000}; // for a peer to close too, after us
    // Connections that have not said what they want.  Their timeouts sit in a sorted list of
    // libwebsockets: thousands of them would make each new one slow.
    std::size_t half_open = 4096;
};

// Throws what makes these options no server's, ports aside: a certificate or the client bundle
// cannot be read.
void check(const Options &);

// HTTP, WebSocket and TLS of one shard: all of libwebsockets, guarded (docs/architecture.md).
// Serves the Socket.IO path from Sessions, everything else from routes.
class Server {
public:
    // Throws (nested, with the listener's name) when it cannot listen.
    Server(const Options &, loop::Loop &, session::Sessions &, log::Logger &);
    ~Server();
    Server(const Server &) = delete;
    Server &operator=(const Server &) = delete;

    using RouteId = std::uint64_t;
    // Throws std::invalid_argument when method and path are taken.
    RouteId add_route(Route);
    void remove_route(RouteId) noexcept;

    // Answers a request.  False when it is gone or answered.
    bool respond(base::ExchangeId, Response);

    // What it listens on, with the port the kernel gave where 0 was asked.
    std::vector<std::string> addresses() const;
    std::vector<int> listening_sockets() const;

    void stop_accepting() noexcept;    // from now on connection refused
    void refuse_new(bool on) noexcept; // 503 for handshakes and new requests (draining)
    // All but listeners, whose certificates are read again; what keep_headers() said stays.  Throws
    // when a certificate or the client bundle cannot be read: then nothing has changed.
    void reconfigure(const Options &);
    // Throws what reconfigure() would throw; changes nothing.
    void check(const Options &) const;
    // Instead of Options::kept_headers, for sessions from now on (plugins name them).
    void keep_headers(std::vector<std::string> lower_case_names);
    // True when the last connection is gone.  The destructor ends those that are left; it runs the
    // loop for that, so before_blocking() must no longer reach what is already destroyed.
    bool idle() const noexcept;

    struct Totals {
        std::uint64_t accepted = 0, refused_limit = 0, refused_origin = 0, bad_requests = 0;
        std::uint64_t http_requests = 0, guard_kills = 0, bytes_in = 0;
        std::uint64_t unread_cut = 0; // with guard_kills: too many answers were not read
        std::size_t open = 0;         // connections now
    };
    std::uint64_t batched() const noexcept; // writes that the kernel was given together
    const Totals &totals() const noexcept;
    std::size_t unread() const noexcept; // bytes of answers that wait for their readers, at most

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace roomd::net
