#pragma once

#include "base/ids.hpp"
#include "session/link.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace roomd::net {

struct Conn;

// One websocket.  Frames of the outbox go out as they are, several in one write; large ones in
// fragments (RFC 6455, 5.4) where the socket has no room for them, so that of a message for a
// thousand slow peers there is one copy.  What the peer sends is put together and bounded before
// the session sees it.
class WsLink final : public session::Link {
public:
    // base64: binary messages go out as text, as a client that cannot take them asks (b64).
    WsLink(Conn &conn, bool base64) noexcept : conn_(conn), base64_(base64) {}

    session::Transport transport() const noexcept override { return session::Transport::websocket; }
    session::Flushed flush(session::Outbox &) noexcept override;
    void close(session::Goodbye) noexcept override;
    std::size_t kept() const noexcept override;

    // ---- from the callback ---------------------------------------------------------------
    void attach(base::SessionId id) noexcept {
        if (!closing_) session_ = id;
    }
    // False: end the connection.
    bool receive(std::string_view chunk);
    void writable();
    // What it had put off did not fit the peer's window.
    void held_up() noexcept;
    bool peer_closes(std::string_view payload);
    void gone();

private:
    session::Flushed fail() noexcept; // for the session this link is no more
    enum class Took : std::uint8_t { all, blocked, failed };
    void append(std::string &, const session::Outbox &, std::size_t count) const;
    Took write_large(session::Outbox &);
    std::size_t room() const noexcept;
    void wait_for_room() noexcept;
    void deliver(std::string_view message, bool binary);
    // Tells the session that its link is no more, then says goodbye with a close frame.
    bool end(std::uint16_t code);
    void say_goodbye(std::string_view frame) noexcept;
    base::SessionId take_session() noexcept;

    Conn &conn_;
    base::SessionId session_ = base::SessionId::none;
    std::unique_ptr<std::string> message_; // of a message that came in parts
    std::uint16_t fragments_ = 0;
    bool base64_;
    bool binary_ = false;
    bool blocked_ = false; // waits for SERVER_WRITEABLE
    bool closing_ = false; // a close frame was sent by one side
};

} // namespace roomd::net
