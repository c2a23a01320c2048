#pragma once

#include "session/link.hpp"

namespace roomd::net {

struct Conn;

// The held GET of a polling session.  Its answer is all the outbox has; then it is spent.
class PollLink final : public session::Link {
public:
    explicit PollLink(Conn &conn) noexcept : conn_(conn) {}

    session::Transport transport() const noexcept override { return session::Transport::polling; }
    session::Flushed flush(session::Outbox &) noexcept override;
    void close(session::Goodbye) noexcept override;

private:
    Conn &conn_; // gone, as this link is, when the answer was written
};

} // namespace roomd::net
