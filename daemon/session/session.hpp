#pragma once

#include "base/clock.hpp"
#include "base/frame.hpp"
#include "session/handshake.hpp"
#include "session/link.hpp"
#include "session/options.hpp"
#include "session/outbox.hpp"
#include "session/pace.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

namespace roomd::session {

// Packets that are the same for everyone, encoded once per shard.
struct FixedFrames {
    FixedFrames();
    base::FrameRef ping, probe_reply, noop, close;
};

// The packet that ends the last answer to a GET.
enum class Farewell : std::uint8_t { close, noop };

// How a session ends: `linger` waits until its peer has taken what is queued, `prompt` only for the
// next flush, `cut` for nothing.
enum class Ending : std::uint8_t { linger, prompt, cut };

// One Engine.IO connection as a state machine: its links, the move from polling to websocket, the
// heartbeat, and how it ends.  Knows no table, no upper layer and no clock; Sessions drives it.
class Session {
public:
    static constexpr std::size_t sid_size = 20;

    Session(std::string_view sid, Transport, Handshake, Link &, base::Time now,
            base::Duration until_ping);
    Session(const Session &) = delete;
    Session &operator=(const Session &) = delete;

    // ---- questions -----------------------------------------------------------------------
    std::string_view sid() const noexcept { return {sid_.data(), sid_.size()}; }
    Transport transport() const noexcept { return transport_; }
    const Handshake &handshake() const noexcept { return handshake_; }
    const Outbox &outbox() const noexcept { return outbox_; }
    base::Time opened() const noexcept { // less than a tenth of a second before it was
        return base::Time(opened_tenths_ * tenth);
    }
    // Below `lots`; drawn when it was opened.
    unsigned lot() const noexcept;
    static constexpr unsigned lots = 65536;
    bool open() const noexcept { return life_ == Life::open; }
    bool over() const noexcept { return life_ == Life::over; }
    // Whether a request may still use this sid.  Of a closed session, only the GET that fetches its
    // last packets; of one whose pong is overdue, none, even if nobody has checked the deadline
    // yet.
    bool reachable(base::Time now) const noexcept;
    // Whether a flush would write now.
    bool can_take() const noexcept { return link_ != nullptr && !blocked_; }
    // Whether more than `limit` bytes are queued, in more than one frame.  What a blocked link has
    // not sent counts as a frame.
    bool over_limit(std::size_t limit) const noexcept {
        return outbox_.bytes() > limit && outbox_.count() + (blocked_ ? 1 : 0) > 1;
    }
    // How far the peer is behind, in bytes: what is queued, and what its link has not sent.
    std::size_t behind() const noexcept { return outbox_.bytes() + unsent(); }
    // Memory that this session takes up by being behind, without the frames, which others share.
    std::size_t weight() const noexcept {
        const bool keeps = blocked_ && link_ != nullptr;
        return outbox_.count() * Outbox::place + (keeps ? link_->memory() : 0);
    }
    // When expire() is to be called; Time::max() for never.
    base::Time next_deadline() const noexcept;

    // ---- links ---------------------------------------------------------------------------
    bool has_get() const noexcept { return transport_ == Transport::polling && link_ != nullptr; }
    void take_get(Link &get) noexcept { link_ = &get; }
    bool is_link(const Link &link) const noexcept { return link_ == &link; }
    bool is_probe(const Link &link) const noexcept { return probing() && other_ == &link; }

    // False: not polling any more, or probing already.
    bool begin_probe(Link &ws, base::Time due) noexcept;
    bool probing() const noexcept { return upgrade_ >= Upgrade::begun; }
    void answer_probe() noexcept; // 2probe came: 3probe is due, and every GET is answered
    void drop_probe() noexcept;   // closes the probing websocket; polling goes on
    // 5 came: the websocket is the transport.  A pending GET is released at the next write().
    void switch_over() noexcept;

    enum class Lost : std::uint8_t { nothing, probe, link };
    Lost lose(const Link &) noexcept;  // a link that ended on its own
    bool block(const Link &) noexcept; // false: it is not the link
    bool unblock(const Link &) noexcept;

    // ---- output --------------------------------------------------------------------------
    void push(base::FrameRef frame) { outbox_.push(std::move(frame)); }
    enum class Wrote : std::uint8_t { fine, failed, over };
    // Writes what is due to the links: to released GETs, 3probe, the outbox, the farewell.
    Wrote write(const FixedFrames &, base::Time now);

    // ---- heartbeat -----------------------------------------------------------------------
    void restart_heartbeat(base::Time due) noexcept;
    // How long it took; nothing when none was awaited.
    std::optional<base::Duration> heard_pong(base::Time next_ping, base::Time now) noexcept;
    // Any other packet.  The first one while a pong is awaited extends the wait, once.
    void heard_other(base::Time timeout) noexcept;
    enum class Due : std::uint8_t { nothing, ping, pong_missing, farewell_over };
    Due expire(base::Time now) noexcept; // also ends an upgrade that took too long
    base::Time beat_due() const noexcept { return beat_due_; }
    void await_pong(base::Time due, base::Time now) noexcept;

    // ---- the end -------------------------------------------------------------------------
    // Called once, or once more with `cut`.  Afterwards it is over(), or a write() is due.
    void end(Ending, Farewell, base::Time now) noexcept;

    // Ends the lingering.  False: the next write() cannot finish the session; cut it.
    bool hurry() noexcept;

    // Kept by Sessions: the lists it is in, and its share of their sum of weights.
    bool dirty = false, suspect = false, too_slow = false, posting = false;
    std::uint32_t weighed = 0;
    Pace pace; // of its polled packets

private:
    enum class Life : std::uint8_t { open, ending, over };
    static constexpr base::Duration tenth{100};
    // releasing: upgraded; other_ is the GET that was pending.
    enum class Upgrade : std::uint8_t { none, releasing, begun, answered };

    Link &forget_probe() noexcept; // which it was; of a broken one the caller uses nothing
    void release_get(const FixedFrames &) noexcept;
    Wrote reply_to_probe(const FixedFrames &);
    void queue_farewell(const FixedFrames &);
    Wrote after_write(Link &, Flushed, base::Time now);
    std::size_t unsent() const noexcept {
        return blocked_ && link_ != nullptr ? link_->unsent() : 0;
    }
    Link *websocket() const noexcept {
        return transport_ == Transport::websocket ? link_ : probing() ? other_ : nullptr;
    }

    std::array<char, sid_size> sid_;
    Transport transport_;
    Life life_ = Life::open;
    Upgrade upgrade_ = Upgrade::none;
    Farewell farewell_ = Farewell::close;
    bool patient_ : 1 = false; // ends by Ending::linger
    bool lingers_ : 1 = false; // and is waiting now
    bool farewell_queued_ : 1 = false;
    bool reply_due_ : 1 = false; // 3probe
    bool awaiting_pong_ : 1 = false;
    bool extended_ : 1 = false;
    bool blocked_ = false; // link_ takes nothing now
    bool probe_blocked_ = false;
    std::uint32_t opened_tenths_; // since the clock's epoch: 13 years fit
    std::uint32_t pinged_ms_ = 0; // of the clock, its lowest bits
    Link *link_;                  // the pending GET, or the websocket
    Link *other_ = nullptr;       // the probing websocket, or a GET to be released
    Outbox outbox_;
    Handshake handshake_;
    base::Time beat_due_; // the next ping, the missing pong, or the end of lingering
    base::Time upgrade_due_{};
};

static_assert(sizeof(Session) <= 144, "idle sessions are what the daemon has most of");

} // namespace roomd::session
