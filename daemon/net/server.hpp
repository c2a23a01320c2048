#pragma once

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "log/log.hpp"
#include "loop/loop.hpp"
#include "net/http.hpp"
#include "net/options.hpp"
#include "net/tally.hpp"
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

// Throws what makes these options no server's, ports aside: a certificate or the client bundle
// cannot be read.
void check(const Options &);

// HTTP, WebSocket and TLS of one shard (docs/architecture.md).
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

    using Totals = net::Totals;
    std::uint64_t batched() const noexcept; // writes that the kernel was given together
    const Totals &totals() const noexcept;
    std::size_t unread() const noexcept; // bytes of answers that wait for their readers, at most
    // Bytes of requests and messages of which parts are still to come.
    std::size_t unfinished() const noexcept;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace roomd::net
