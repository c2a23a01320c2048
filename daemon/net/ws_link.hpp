#pragma once

#include "base/frame.hpp"
#include "base/ids.hpp"
#include "http/frames.hpp"
#include "net/stream.hpp"
#include "session/link.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace roomd::net {

class Conn;

// One websocket.  Frames of the outbox are sent unchanged, several in one write; those that the
// socket does not accept stay in the connection's output, by reference.  What the peer sends is
// reassembled and bounded before the session sees it.
class WsLink final : public session::Link, public Stream {
public:
    // base64: binary messages are sent as text, for a client that cannot read them (b64).
    WsLink(Conn &conn, bool base64) noexcept;

    void attach(base::SessionId id) noexcept {
        if (!closing_) session_ = id;
    }
    // Sends the answer to the upgrade, which goes out with the first flush() otherwise.
    void greet() noexcept;

    // ---- session::Link -----------------------------------------------------------------------
    session::Transport transport() const noexcept override { return session::Transport::websocket; }
    session::Flushed flush(session::Outbox &) noexcept override;
    void close(session::Goodbye) noexcept override;
    std::size_t unsent() const noexcept override;
    std::size_t memory() const noexcept override;

    // ---- Stream ------------------------------------------------------------------------------
    void on_bytes(std::span<char>) override;
    void on_room() override;
    void on_end() override;
    void on_pace() override;
    void on_late() override;
    void on_sent(std::ptrdiff_t sent, std::span<const base::FrameRef> frames) override;

private:
    class Reading; // the sink of http::Frames

    session::Flushed fail() noexcept; // detaches it from the session
    // Binary frames as text.  Valid until the next call.
    std::span<const base::FrameRef> without_binary(std::span<const base::FrameRef>);
    bool write(std::span<const base::FrameRef>) noexcept;
    bool write_behind(std::span<const base::FrameRef>) noexcept;
    void add_unsent(std::size_t sent, std::span<const base::FrameRef>);
    void deliver(std::string_view message, bool binary);
    // Tells the session that its link is gone, then sends a close frame.
    void end(std::uint16_t code) noexcept;
    void say_goodbye(std::string_view frame) noexcept;
    void pong(std::string_view payload);
    void peer_closes(std::uint16_t code);
    bool hasty(unsigned frames);
    base::SessionId take_session() noexcept;

    Conn &conn_;
    http::Frames frames_;
    base::SessionId session_ = base::SessionId::none;
    std::int32_t allowance_;        // frames that may be read before it has to wait
    std::uint32_t allowed_at_ms_;   // when the allowance was computed
    std::uint32_t begun_at_ms_ = 0; // when the incomplete message began
    bool base64_;
    bool greeted_ = false; // the answer to the upgrade was written
    bool batched_ = false; // has a write in Core::batch()
    bool closing_ = false; // a close frame was sent by one side
};

} // namespace roomd::net
