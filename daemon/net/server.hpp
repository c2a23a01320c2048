#pragma once

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "log/causes.hpp"
#include "log/log.hpp"
#include "loop/loop.hpp"
#include "net/answered.hpp"
#include "net/answers.hpp"
#include "net/http.hpp"
#include "net/options.hpp"
#include "net/tally.hpp"
#include "net/validity.hpp"
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

// Throws when a server could not use these options, ports aside: a certificate or the client bundle
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
    // Throws std::invalid_argument when method and path are already taken.
    RouteId add_route(Route);
    void remove_route(RouteId) noexcept;

    void explain_to(log::Causes &);
    // `told` is called for each request of a route once it is answered, and with Options::access,
    // or while somebody traces, for every other one too.
    void tell_answers(std::function<void(const Answered &)> told);

    // Whether a request waits for its answer still.
    bool owes(base::ExchangeId) const noexcept;
    // Answers a request.  False when it is gone or already answered.
    bool respond(base::ExchangeId, Response);

    // The addresses it listens on, with the kernel's port where 0 was requested.
    std::vector<std::string> addresses() const;
    // Those of the listeners that serve any of these kinds.
    std::vector<std::string> addresses_serving(Kinds) const;
    std::vector<int> listening_sockets() const;

    // The certificates in use, listener by listener; the first of each is its default.
    struct Certificate {
        std::string listener, file;
        Validity validity;
    };
    std::vector<Certificate> certificates() const;

    // Closes the listening sockets.  Connections that wait to be accepted are accepted before,
    // where nobody else holds the socket: closing it would reset them.
    void stop_accepting();
    void refuse_new(bool on) noexcept; // 503 for handshakes and new requests (draining)
    // Applies all but listeners, of which only what tls says is applied, and the certificates are
    // read again; keep_headers() stays in force.
    // Throws when a certificate or the client bundle cannot be read: then nothing has changed.
    void reconfigure(const Options &);
    // Throws what reconfigure() would throw; changes nothing.
    void check(const Options &) const;
    // Replaces Options::kept_headers, for new sessions (plugins name them).
    void keep_headers(std::vector<std::string> lower_case_names);
    // True when the last connection is gone.  The destructor ends the remaining ones; it runs the
    // loop for that, so before_blocking() must no longer reach anything already destroyed.
    bool idle() const noexcept;

    using Totals = net::Totals;
    std::uint64_t batched() const noexcept; // writes through io_uring
    const Totals &totals() const noexcept;
    const Answers &answers() const noexcept;
    std::size_t unread() const noexcept; // bytes of answers not read yet, an upper bound
    // Bytes of incomplete requests and messages.
    std::size_t unfinished() const noexcept;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace roomd::net
