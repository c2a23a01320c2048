#pragma once

#include "base/clock.hpp"
#include "http/head.hpp"
#include "net/conn.hpp"
#include "net/core.hpp"

#include <string_view>

namespace roomd::net {

// Tells that a connection or a session is one too many.
void refuse_at_limit(Core &, const Conn &, const http::Head &, Excess);

// The Socket.IO path: checks a request in the order that clients rely on, then passes it to its
// session.
class Handshake {
public:
    explicit Handshake(Core &core) noexcept : core_(core) {}

    bool on_path(const http::Head &) const noexcept;
    // A plain request; a valid request for a websocket.  Both answer it, or leave that to an
    // exchange or a stream.
    void request(Conn &, const http::Head &);
    void websocket(Conn &, const http::Head &);
    // Logs it, at most once a minute: clients retry again and again.
    void refused_upgrade(const Conn &, std::string_view why);

private:
    Core &core_;
    base::Time next_line_{};
};

} // namespace roomd::net
