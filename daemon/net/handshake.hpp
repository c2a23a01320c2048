#pragma once

#include "base/clock.hpp"
#include "http/head.hpp"
#include "net/conn.hpp"
#include "net/core.hpp"

#include <string_view>

namespace roomd::net {

// The Socket.IO path: the checks of a request in the order clients rely on, and what it then does
// to its session.
class Handshake {
public:
    explicit Handshake(Core &core) noexcept : core_(core) {}

    bool on_path(const http::Head &) const noexcept;
    // A plain request; a whole and legal one for a websocket.  Both give the request its end, or
    // leave it to an exchange or a stream.
    void request(Conn &, const http::Head &);
    void websocket(Conn &, const http::Head &);
    // One line in the log, of many such requests one a minute: clients try again and again.
    void refused_upgrade(const Conn &, std::string_view why);

private:
    Core &core_;
    base::Time next_line_{};
};

} // namespace roomd::net
