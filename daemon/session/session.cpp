#include "session/session.hpp"

#include "eio/codec.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace roomd::session {

FixedFrames::FixedFrames() :
    ping(eio::ping()),
    probe_reply(eio::probe_answer()),
    noop(eio::noop()),
    close(eio::close()) {}

Session::Session(std::string_view sid, Transport transport, Handshake handshake, Link &link,
                 base::Time now, base::Duration until_ping) :
    transport_(transport),
    opened_tenths_(static_cast<std::uint32_t>(now.time_since_epoch() / tenth)),
    link_(&link),
    handshake_(std::move(handshake)),
    beat_due_(now + until_ping) {
    assert(sid.size() == sid_size);
    std::copy_n(sid.begin(), sid_size, sid_.begin());
}

unsigned Session::lot() const noexcept {
    std::uint32_t hash = 2166136261; // FNV-1a; the sid is random
    for (const char c : sid_)
        hash = (hash ^ static_cast<unsigned char>(c)) * 16777619;
    return hash >> 16;
}

bool Session::reachable(base::Time now) const noexcept {
    switch (life_) {
    case Life::open: return !awaiting_pong_ || now < beat_due_;
    case Life::ending:
        return lingers_ && transport_ == Transport::polling && link_ == nullptr && now < beat_due_;
    case Life::over: break;
    }
    return false;
}

base::Time Session::next_deadline() const noexcept {
    if (life_ == Life::over) return base::Time::max();
    base::Time due = base::Time::max();
    if (life_ == Life::open || lingers_) due = beat_due_;
    if (probing()) due = std::min(due, upgrade_due_);
    return due;
}

// ---- links -------------------------------------------------------------------------------

bool Session::begin_probe(Link &ws, base::Time due) noexcept {
    if (life_ == Life::over || transport_ != Transport::polling || upgrade_ != Upgrade::none)
        return false;
    other_ = &ws;
    upgrade_ = Upgrade::begun;
    upgrade_due_ = due;
    probe_blocked_ = false;
    return true;
}

void Session::answer_probe() noexcept {
    assert(probing());
    upgrade_ = Upgrade::answered;
    reply_due_ = true;
}

Link &Session::forget_probe() noexcept {
    assert(probing());
    upgrade_ = Upgrade::none;
    reply_due_ = false;
    return *std::exchange(other_, nullptr);
}

void Session::drop_probe() noexcept {
    forget_probe().close(Goodbye::polite);
}

void Session::switch_over() noexcept {
    assert(probing());
    std::swap(link_, other_);
    transport_ = Transport::websocket;
    upgrade_ = other_ != nullptr ? Upgrade::releasing : Upgrade::none;
    blocked_ = probe_blocked_;
}

Session::Lost Session::lose(const Link &link) noexcept {
    if (link_ == &link) {
        link_ = nullptr;
        blocked_ = false;
        return Lost::link;
    }
    if (other_ != &link) return Lost::nothing;
    const bool was_probe = probing();
    other_ = nullptr;
    upgrade_ = Upgrade::none;
    if (!was_probe) return Lost::nothing;
    reply_due_ = false;
    return Lost::probe;
}

bool Session::block(const Link &link) noexcept {
    if (&link != link_ && !is_probe(link)) return false;
    (&link == link_ ? blocked_ : probe_blocked_) = true;
    return true;
}

bool Session::unblock(const Link &link) noexcept {
    if (&link == link_ && blocked_) {
        blocked_ = false;
        return true;
    }
    if (is_probe(link) && probe_blocked_) {
        probe_blocked_ = false;
        return reply_due_;
    }
    return false;
}

// ---- output ------------------------------------------------------------------------------

void Session::release_get(const FixedFrames &fixed) noexcept {
    Link &get = *std::exchange(other_, nullptr);
    upgrade_ = Upgrade::none;
    Outbox answer;
    answer.push(fixed.noop);
    [[maybe_unused]] const Flushed flushed = get.flush(answer);
    assert(ends_link(flushed) && "a GET takes one answer");
}

// A box of its own: 3probe goes ahead of whatever waits for the switch.
Session::Wrote Session::reply_to_probe(const FixedFrames &fixed) {
    Link *ws = websocket();
    if (ws == nullptr || (ws == link_ ? blocked_ : probe_blocked_)) return Wrote::fine;
    Outbox reply;
    reply.push(fixed.probe_reply);
    const Flushed flushed = ws->flush(reply);
    if (ws != websocket()) return Wrote::fine; // it ended meanwhile, and lose() was called
    reply_due_ = !reply.empty();
    (ws == link_ ? blocked_ : probe_blocked_) = flushed == Flushed::blocked;
    if (flushed == Flushed::open || flushed == Flushed::blocked) return Wrote::fine;
    if (ws != link_) {
        forget_probe();
        return Wrote::fine;
    }
    link_ = nullptr;
    return Wrote::failed;
}

void Session::queue_farewell(const FixedFrames &fixed) {
    if (life_ == Life::ending) {
        if (farewell_queued_) return;
        farewell_queued_ = true;
        outbox_.push(farewell_ == Farewell::close ? fixed.close : fixed.noop);
    } else if (upgrade_ == Upgrade::answered && outbox_.empty()) {
        outbox_.push(fixed.noop);
    }
}

Session::Wrote Session::write(const FixedFrames &fixed, base::Time now) {
    if (life_ == Life::over) return Wrote::fine;
    if (upgrade_ == Upgrade::releasing) release_get(fixed);
    if (reply_due_ && reply_to_probe(fixed) == Wrote::failed) {
        if (life_ == Life::open) return Wrote::failed;
        life_ = Life::over;
        return Wrote::over;
    }
    if (link_ == nullptr) {
        if (life_ == Life::open || lingers_) return Wrote::fine;
        life_ = Life::over;
        return Wrote::over;
    }
    if (blocked_) return Wrote::fine;
    if (transport_ == Transport::polling) queue_farewell(fixed);
    Link &link = *link_;
    if (outbox_.empty()) {
        return life_ == Life::ending ? after_write(link, Flushed::open, now) : Wrote::fine;
    }
    return after_write(link, link.flush(outbox_), now);
}

Session::Wrote Session::after_write(Link &link, Flushed flushed, base::Time now) {
    if (link_ != &link) return life_ == Life::over ? Wrote::over : Wrote::fine;
    const bool ending = life_ == Life::ending;
    if (flushed == Flushed::failed) {
        link_ = nullptr;
        if (ending) life_ = Life::over;
        return ending ? Wrote::over : Wrote::failed;
    }
    if (transport_ == Transport::polling) {
        assert(flushed == Flushed::spent);
        link_ = nullptr;
        if (!ending) return Wrote::fine;
        if (patient_ && !outbox_.empty()) { // the answer was full: the rest waits for the next GET
            lingers_ = true;
            beat_due_ = now + farewell_timeout;
            return Wrote::fine;
        }
    } else {
        assert(flushed != Flushed::spent);
        blocked_ = flushed == Flushed::blocked;
        assert(blocked_ || outbox_.empty());
        if (!ending || blocked_) return Wrote::fine;
        link_ = nullptr;
        link.close(Goodbye::polite);
    }
    life_ = Life::over;
    return Wrote::over;
}

// ---- heartbeat ---------------------------------------------------------------------------

void Session::restart_heartbeat(base::Time due) noexcept {
    awaiting_pong_ = false;
    beat_due_ = due;
}

void Session::await_pong(base::Time due, base::Time now) noexcept {
    awaiting_pong_ = true;
    pinged_ms_ = static_cast<std::uint32_t>(now.time_since_epoch().count());
    extended_ = false;
    beat_due_ = due;
}

std::optional<base::Duration> Session::heard_pong(base::Time next_ping, base::Time now) noexcept {
    if (!awaiting_pong_) return std::nullopt;
    restart_heartbeat(next_ping);
    return base::Duration(static_cast<std::uint32_t>(now.time_since_epoch().count()) - pinged_ms_);
}

void Session::heard_other(base::Time timeout) noexcept {
    if (!awaiting_pong_ || extended_) return;
    extended_ = true;
    beat_due_ = timeout;
}

Session::Due Session::expire(base::Time now) noexcept {
    if (life_ == Life::over) return Due::nothing;
    if (probing() && now >= upgrade_due_) drop_probe();
    if (now < beat_due_) return Due::nothing;
    if (life_ == Life::open) return awaiting_pong_ ? Due::pong_missing : Due::ping;
    return lingers_ ? Due::farewell_over : Due::nothing;
}

// ---- the end -----------------------------------------------------------------------------

bool Session::hurry() noexcept {
    patient_ = lingers_ = false;
    return can_take();
}

// What is queued is freed with the session, not here: a link may be reading it.
void Session::end(Ending how, Farewell farewell, base::Time now) noexcept {
    life_ = Life::ending;
    farewell_ = farewell;
    // A blocked peer that is not worth waiting for gets no farewell either.
    if (how == Ending::prompt && blocked_) how = Ending::cut;
    if (how == Ending::cut) {
        Link *link = std::exchange(link_, nullptr);
        Link *other = std::exchange(other_, nullptr);
        upgrade_ = Upgrade::none;
        reply_due_ = false;
        life_ = Life::over;
        if (link != nullptr) link->close(Goodbye::cut);
        if (other != nullptr) other->close(Goodbye::cut);
        return;
    }
    const bool waits_for_get = transport_ == Transport::polling && link_ == nullptr;
    patient_ = how == Ending::linger;
    lingers_ = patient_ && (waits_for_get || blocked_);
    if (lingers_) beat_due_ = now + farewell_timeout;
    // A client that probes sends no more GETs: the websocket may be its only way to hear the rest.
    if (probing() && !lingers_) drop_probe();
    if (link_ == nullptr && other_ == nullptr && !lingers_) life_ = Life::over;
}

} // namespace roomd::session
