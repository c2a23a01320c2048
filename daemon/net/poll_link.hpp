#pragma once

#include "base/ids.hpp"
#include "net/exchange.hpp"
#include "session/link.hpp"

namespace roomd::net {

class Conn;

// The held GET of a polling session.  Its answer takes from the outbox as many packets as clients
// accept at once; then it is spent.
class PollLink final : public session::Link, public Exchange {
public:
    // gzip: the peer accepts a compressed body.
    PollLink(Conn &conn, bool gzip) noexcept : conn_(conn), gzip_(gzip) {}

    void attach(base::SessionId session) noexcept { session_ = session; }

    // ---- session::Link -----------------------------------------------------------------------
    session::Transport transport() const noexcept override { return session::Transport::polling; }
    session::Flushed flush(session::Outbox &) noexcept override;
    void close(session::Goodbye) noexcept override;

    // ---- Exchange ----------------------------------------------------------------------------
    void complete(Conn &, std::string_view) override {} // it has no body
    void gone(Conn &) override;

private:
    Conn &conn_;
    base::SessionId session_ = base::SessionId::none;
    bool gzip_;
};

} // namespace roomd::net
