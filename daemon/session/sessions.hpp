#pragma once

#include "base/clock.hpp"
#include "base/frame.hpp"
#include "base/ids.hpp"
#include "metrics/histogram.hpp"
#include "session/ages.hpp"
#include "session/close_reason.hpp"
#include "session/closings.hpp"
#include "session/delivery.hpp"
#include "session/handshake.hpp"
#include "session/link.hpp"
#include "session/messages.hpp"
#include "session/options.hpp"
#include "session/session.hpp"
#include "session/table.hpp"
#include "session/wheel.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace roomd::eio {
struct Packet;
}

namespace roomd::session {

// Every Engine.IO session of one shard: the engine between transports (net, below) and messages
// (Socket.IO, above).  No I/O and no clock of its own.  A session that closes is gone from find()
// at once; its memory goes in reap(), so no fan-out is invalidated by what it calls.
class Sessions {
public:
    Sessions(const Options &, Messages &up, const base::Clock &);
    ~Sessions();
    Sessions(const Sessions &) = delete;
    Sessions &operator=(const Sessions &) = delete;
    void explain_to(log::Causes &causes) noexcept { closings_.explain_to(causes); }

    // ---- from net ------------------------------------------------------------------------
    // A handshake that passed every check.  The open packet is queued; for websocket `link` is the
    // transport, for polling it is the GET that is answered with the open packet at the flush.
    base::SessionId open(Transport, Handshake, Link &link);
    // By the secret sid of the query; none when unknown or closed.
    base::SessionId find(std::string_view sid) const noexcept;
    Transport transport(base::SessionId id) const noexcept {
        const Session *session = sessions_.find(id);
        return session != nullptr ? session->transport() : Transport::polling;
    }

    // A GET with this sid.  taken: `get` is the session's link until spent, close() or link_gone().
    // overlap: one is pending already: answer this one 400; the session has been closed.
    enum class Poll : std::uint8_t { taken, overlap };
    [[nodiscard]] Poll poll(base::SessionId, Link &get);

    // A POST with this sid: begin at its headers (false: one is in progress; answer 400, the
    // session has been closed), then post_end() or post_abort().  The answer is always 200 "ok",
    // and goes out after as long as post_end() says.  When that is not at once, the POST is in
    // progress until post_answered() or post_abort().
    [[nodiscard]] bool post_begin(base::SessionId);
    base::Duration post_end(base::SessionId, std::string_view body);
    void post_answered(base::SessionId id) {
        if (Session *session = sessions_.find(id)) session->posting = false;
    }
    void post_abort(base::SessionId);

    // A websocket with this sid.  False: not polling any more, or probing already: close it.
    [[nodiscard]] bool probe(base::SessionId, Link &ws);

    // One whole websocket message from `from`, the session's link or its probe.
    void text(base::SessionId, Link &from, std::string_view message);
    void binary(base::SessionId, Link &from, std::string_view message);

    // The most that is read of one message: what the layer above takes, at most max_payload.
    std::size_t message_limit(base::SessionId id) const noexcept {
        return std::min(options_.max_payload, up_.message_limit(id));
    }

    // A message is larger than message_limit().  True: its client was told why, and the session is
    // closed; false: the link is to end as a broken one.
    [[nodiscard]] bool too_large(base::SessionId);

    // Bytes that wait for its client, as far as they are known; 0 when it is gone.
    std::size_t behind(base::SessionId id) const noexcept {
        const Session *session = sessions_.find(id);
        return session != nullptr ? session->behind() : 0;
    }

    // Makes room for a newcomer by closing a session that never joined.  False: all stay.
    bool make_room() { return up_.make_room(); }

    void writable(base::SessionId id, Link &link) { // it was blocked
        Session *session = sessions_.find(id);
        if (session != nullptr && session->unblock(link)) touch(id, *session);
    }
    // What a link had put off at its flush did not fit the peer's window: the same as
    // Flushed::blocked.
    void blocked(base::SessionId id, Link &link) {
        Session *session = sessions_.find(id);
        if (session != nullptr && session->block(link)) sessions_.weigh(*session);
    }
    void link_gone(base::SessionId, Link &, CloseReason); // peer hung up, GET aborted, 1009 ...

    // ---- from above ----------------------------------------------------------------------
    // Queues frames, adjacent.  False when the session is gone or closing, or the volatile frames
    // were dropped.  Never writes, never destroys.
    bool send(base::SessionId, const base::FrameRef &, Delivery);
    bool send(base::SessionId, std::span<const base::FrameRef>, Delivery);
    // Graceful: what is queued goes out first, then the end.  `cut` for a slow or expired client.
    // Messages::closed() is called before this returns.
    void close(base::SessionId, CloseReason, Goodbye = Goodbye::polite);
    // ... because its client broke the protocol: `why`, a constant sentence, is kept for the log.
    void violated(base::SessionId id, const char *why, const char *limit = "") {
        note(id, why, limit);
        close(id, CloseReason::forced_close);
    }
    // ... because of a limit.
    void close_at(const char *limit, base::SessionId id, const char *why,
                  Goodbye goodbye = Goodbye::polite) {
        closings_.blame(id, why, limit);
        close(id, CloseReason::forced_close, goodbye);
    }
    const Handshake *handshake(base::SessionId id) const noexcept {
        const Session *session = sessions_.find(id);
        return session != nullptr ? &session->handshake() : nullptr;
    }
    const Session *get(base::SessionId id) const noexcept { return sessions_.find(id); }

    // ---- from the loop -------------------------------------------------------------------
    std::size_t dirty() const noexcept { return dirty_.size(); }
    void flush(); // once per iteration: every dirty outbox to its link
    // Called at the end of each flush(): links may put off what they took until then.  Set once.
    void after_flush(std::function<void()> fn) { after_flush_ = std::move(fn); }
    // After flush(): closes slow sessions and, while more bytes wait for all peers together than is
    // allowed, those furthest behind; then destroys what is closed.  What that made others send is
    // flushed too, so dirty() is 0 afterwards.
    void reap();
    void tick(); // pings, timeouts, ages, unfinished upgrades; call it about every tick_every()
    base::Duration tick_every() const noexcept { return wheel_.granularity(); }
    void close_all(CloseReason); // shutdown: nobody is waited for
    // Closes up to `most` sessions as close_all() does.  How many are still open: a paced drain.
    std::size_t close_some(std::size_t most, CloseReason);
    void reconfigure(const Options &);

    std::size_t size() const noexcept { return open_[0] + open_[1]; } // open ones
    // With closed ones that linger.
    std::size_t in_memory() const noexcept { return sessions_.size(); }
    std::size_t count(Transport t) const noexcept { return open_[static_cast<std::size_t>(t)]; }
    // Memory that waits for peers, in bytes: each frame once, its places in outboxes, and what
    // links have not sent.  Exact right after reap().
    std::size_t waiting() const noexcept { return base::Frame::alive() + sessions_.weights(); }
    const Options &options() const noexcept { return options_; }
    struct Totals {
        std::uint64_t opened = 0, closed = 0, slow = 0, dropped_volatile = 0, upgrades = 0;
        std::uint64_t shed = 0; // closed because all together were too far behind
        std::uint64_t aged = 0; // closed because they reached max_age
        std::uint64_t frames_out = 0, bytes_out = 0;
        std::uint64_t violations = 0; // sessions closed for what their clients sent
        const char *violation = "";   // what the last one was
    };
    const Totals &totals() const noexcept { return totals_; }
    // From the ping to its pong.
    const metrics::Latency &pongs() const noexcept { return pongs_; }
    std::uint64_t closed(CloseReason reason, Transport by) const noexcept {
        return closes_[static_cast<std::size_t>(reason)][static_cast<std::size_t>(by)];
    }

private:
    void write(base::SessionId, Session &);
    void touch(base::SessionId id, Session &session) {
        if (std::exchange(session.dirty, true)) return;
        dirty_.push_back(id);
    }
    void arm(base::SessionId, const Session &);
    void expire(base::SessionId, Session &);
    void finish(base::SessionId, Session &, CloseReason, Ending, Farewell = Farewell::close);
    void note(base::SessionId id, const char *why, const char *limit = "") noexcept {
        ++totals_.violations;
        totals_.violation = why;
        closings_.blame(id, why, limit);
    }
    void no_packet(base::SessionId id, Session &session, const char *why) {
        note(id, why);
        finish(id, session, CloseReason::parse_error, Ending::prompt);
    }
    void judge(base::SessionId);
    bool shed();
    void destroy_closed();
    void on_probe(base::SessionId, Session &, std::string_view message);
    void on_packet(base::SessionId, Session &, const eio::Packet &);

    Options options_;
    Messages &up_;
    const base::Clock &clock_;
    FixedFrames fixed_;
    Wheel wheel_;
    Table sessions_;
    Ages ages_;
    Closings closings_;
    std::size_t open_[2] = {0, 0};          // by transport
    std::vector<base::SessionId> dirty_;    // flush() has something to write
    std::vector<base::SessionId> suspects_; // were over their bound; reap() judges
    std::vector<base::SessionId> closed_;   // are over; reap() destroys
    std::function<void()> after_flush_;
    Totals totals_;
    metrics::Latency pongs_;
    std::array<std::array<std::uint64_t, 2>, close_reasons> closes_{};
};

} // namespace roomd::session
