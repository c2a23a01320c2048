#include "session/sessions.hpp"

#include "eio/codec.hpp"
#include "eio/open.hpp"
#include "eio/packet.hpp"
#include "eio/payload.hpp"

#include <algorithm>
#include <utility>

namespace roomd::session {

namespace {

// Even a link that takes everything is given no more than this many bounds between two flushes.
constexpr std::size_t bounds_per_flush = 8;

} // namespace

Sessions::Sessions(const Options &options, Messages &up, const base::Clock &clock) :
    options_(options),
    up_(up),
    clock_(clock),
    wheel_(options.granularity(), clock.now()),
    ages_(options.max_age, clock.now()) {}

Sessions::~Sessions() = default;

// ---- from net ----------------------------------------------------------------------------

base::SessionId Sessions::open(Transport transport, Handshake handshake, Link &link) {
    const base::SessionId id =
        sessions_.add(transport, std::move(handshake), link, clock_.now(), options_.ping_interval);
    Session &session = *sessions_.find(id);
    ++open_[static_cast<std::size_t>(transport)];
    ++totals_.opened;
    eio::Open packet;
    packet.sid = session.sid();
    packet.upgrades = transport == Transport::polling && options_.websocket;
    packet.ping_interval = options_.ping_interval;
    packet.ping_timeout = options_.ping_timeout;
    packet.max_payload = options_.max_payload;
    session.push(eio::open_packet(packet));
    touch(id, session);
    arm(id, session);
    closings_.begins(session);
    up_.opened(id);
    return id;
}

base::SessionId Sessions::find(std::string_view sid) const noexcept {
    const base::SessionId id = sessions_.find(sid);
    const Session *session = sessions_.find(id);
    return session != nullptr && session->reachable(clock_.now()) ? id : base::SessionId::none;
}

Sessions::Poll Sessions::poll(base::SessionId id, Link &get) {
    Session *session = sessions_.find(id);
    if (session == nullptr || session->over() || session->transport() != Transport::polling)
        return Poll::overlap;
    if (session->has_get()) {
        if (session->open()) finish(id, *session, CloseReason::transport_error, Ending::prompt);
        return Poll::overlap;
    }
    session->take_get(get);
    touch(id, *session);
    return Poll::taken;
}

bool Sessions::post_begin(base::SessionId id) {
    Session *session = sessions_.find(id);
    if (session == nullptr) return false;
    if (!session->posting) return session->posting = true;
    if (session->open()) finish(id, *session, CloseReason::transport_error, Ending::prompt);
    return false;
}

base::Duration Sessions::post_end(base::SessionId id, std::string_view body) {
    using Step = eio::PayloadReader::Step;
    Session *session = sessions_.find(id);
    if (session == nullptr) return {};
    eio::PayloadReader reader(body, options_.packets_per_payload);
    eio::Packet packet{};
    Step step = Step::packet;
    while (session->open() && (step = reader.next(packet)) == Step::packet)
        on_packet(id, *session, packet);
    if (step == Step::malformed) no_packet(id, *session, reader.error());
    base::Duration pause{};
    if (session->open() && options_.packets_per_second != 0)
        pause = session->pace.take(reader.packets(), options_.packets_per_second,
                                   options_.longest_pause(), clock_.now());
    session->posting = pause.count() > 0;
    return pause;
}

void Sessions::post_abort(base::SessionId id) {
    Session *session = sessions_.find(id);
    if (session == nullptr) return;
    session->posting = false;
    if (session->open()) finish(id, *session, CloseReason::transport_error, Ending::prompt);
}

bool Sessions::probe(base::SessionId id, Link &ws) {
    Session *session = sessions_.find(id);
    if (session == nullptr || !options_.websocket) return false;
    if (!session->begin_probe(ws, clock_.now() + options_.upgrade_timeout)) return false;
    arm(id, *session);
    return true;
}

void Sessions::text(base::SessionId id, Link &from, std::string_view message) {
    Session *session = sessions_.find(id);
    if (session == nullptr) return;
    if (session->is_probe(from)) return on_probe(id, *session, message);
    if (!session->open() || session->has_get() || !session->is_link(from)) return;
    if (message.size() > options_.max_payload)
        return finish(id, *session, CloseReason::transport_error, Ending::prompt);
    std::string blob;
    const base::Result<eio::Packet> packet = eio::decode(message, blob);
    if (!packet) return no_packet(id, *session, packet.error());
    on_packet(id, *session, *packet);
}

void Sessions::binary(base::SessionId id, Link &from, std::string_view message) {
    Session *session = sessions_.find(id);
    if (session == nullptr) return;
    if (session->is_probe(from)) return session->drop_probe();
    if (!session->open() || session->has_get() || !session->is_link(from)) return;
    if (message.size() > options_.max_payload)
        return finish(id, *session, CloseReason::transport_error, Ending::prompt);
    session->heard_other(clock_.now() + options_.ping_timeout);
    up_.binary(id, message);
}

void Sessions::link_gone(base::SessionId id, Link &link, CloseReason reason) {
    Session *session = sessions_.find(id);
    if (session == nullptr || session->lose(link) != Session::Lost::link) return;
    // A closed one whose last answer was not taken has nothing left to wait for.
    finish(id, *session, reason, session->open() ? Ending::prompt : Ending::cut);
}

bool Sessions::too_large(base::SessionId id) {
    note(id, "a message over socketio.max_payload, or limits.before_connect without a namespace");
    const bool told = up_.too_large(id);
    if (told) close(id, CloseReason::transport_error);
    return told;
}

// What a probing websocket says: 2probe, then 5 (or 5 at once).  Anything else closes it alone.
void Sessions::on_probe(base::SessionId id, Session &session, std::string_view message) {
    std::string blob;
    const base::Result<eio::Packet> packet = eio::decode(message, blob);
    const bool is_text = packet && !packet->binary;
    if (is_text && packet->type == eio::Type::ping && packet->data == "probe") {
        session.answer_probe();
    } else if (is_text && packet->type == eio::Type::upgrade) {
        session.switch_over();
        if (session.open()) {
            --open_[static_cast<std::size_t>(Transport::polling)];
            ++open_[static_cast<std::size_t>(Transport::websocket)];
            ++totals_.upgrades;
            closings_.upgrades(session, up_.user(id));
            session.restart_heartbeat(clock_.now() + options_.ping_interval);
            arm(id, session);
            up_.upgraded(id);
        }
    } else {
        return session.drop_probe();
    }
    touch(id, session);
}

void Sessions::on_packet(base::SessionId id, Session &session, const eio::Packet &packet) {
    const base::Time now = clock_.now();
    if (!packet.binary && packet.type == eio::Type::pong) {
        if (const auto took = session.heard_pong(now + options_.ping_interval, now))
            pongs_.observe(*took);
        arm(id, session);
        return;
    }
    session.heard_other(now + options_.ping_timeout);
    if (packet.binary) return up_.binary(id, packet.data);
    switch (packet.type) {
    case eio::Type::message: return up_.text(id, packet.data);
    case eio::Type::close:
        return finish(id, session, CloseReason::transport_close, Ending::prompt, Farewell::noop);
    case eio::Type::ping:
        note(id, "a ping, which only the server may send");
        return finish(id, session, CloseReason::transport_error, Ending::prompt);
    case eio::Type::open:
    case eio::Type::pong:
    case eio::Type::upgrade:
    case eio::Type::noop: return;
    }
}

// ---- from above --------------------------------------------------------------------------

bool Sessions::send(base::SessionId id, const base::FrameRef &frame, Delivery how) {
    return send(id, std::span<const base::FrameRef>{&frame, 1}, how);
}

bool Sessions::send(base::SessionId id, std::span<const base::FrameRef> frames, Delivery how) {
    Session *session = sessions_.find(id);
    if (session == nullptr || !session->open() || session->too_slow) return false;
    if (how == Delivery::droppable &&
        (!session->can_take() || session->over_limit(options_.send_buffer))) {
        ++totals_.dropped_volatile;
        return false;
    }
    for (const base::FrameRef &frame : frames)
        session->push(frame);
    if (session->over_limit(options_.send_buffer)) {
        // A link that still takes frames gets its chance at the flush.
        session->too_slow =
            !session->can_take() || session->over_limit(bounds_per_flush * options_.send_buffer);
        if (!session->suspect) suspects_.push_back(id);
        session->suspect = true;
    }
    if (session->can_take()) {
        touch(id, *session);
    } else {
        sessions_.weigh(*session);
    }
    return true;
}

void Sessions::close(base::SessionId id, CloseReason reason, Goodbye goodbye) {
    Session *session = sessions_.find(id);
    if (session == nullptr) return;
    finish(id, *session, reason, goodbye == Goodbye::cut ? Ending::cut : Ending::linger);
}

// ---- from the loop -----------------------------------------------------------------------

void Sessions::flush() {
    std::vector<base::SessionId> round;
    while (!dirty_.empty()) { // a failing link closes its session, and that may make others dirty
        round.swap(dirty_);
        for (const base::SessionId id : round) {
            Session *session = sessions_.find(id);
            if (session == nullptr) continue;
            session->dirty = false;
            write(id, *session);
        }
        round.clear();
        if (dirty_.empty()) dirty_.swap(round); // keeps the capacity
    }
    if (after_flush_) after_flush_();
}

void Sessions::write(base::SessionId id, Session &session) {
    const std::size_t frames = session.outbox().count();
    const std::size_t bytes = session.outbox().bytes();
    const Session::Wrote wrote = session.write(fixed_, clock_.now());
    // A farewell or a noop pushed and written in one go is not counted.
    const std::size_t left = session.outbox().count();
    totals_.frames_out += frames - std::min(frames, left);
    totals_.bytes_out += bytes - std::min(bytes, session.outbox().bytes());
    if (left != 0 || session.weighed != 0 || !session.can_take()) sessions_.weigh(session);
    if (wrote == Session::Wrote::failed) {
        finish(id, session, CloseReason::transport_error, Ending::prompt);
    } else if (wrote == Session::Wrote::over) {
        closed_.push_back(id);
    } else if (!session.open()) { // no write changes what an open one waits for
        arm(id, session);
    }
}

void Sessions::reap() {
    do {
        while (!suspects_.empty() || !closed_.empty() || !dirty_.empty()) {
            for (const base::SessionId id : std::exchange(suspects_, {}))
                judge(id);
            destroy_closed();
            flush();
        }
    } while (shed());
}

void Sessions::destroy_closed() {
    for (const base::SessionId id : std::exchange(closed_, {})) {
        wheel_.disarm(id);
        sessions_.erase(id);
    }
}

// Cuts those furthest behind until all that waits is under the bound, with room for some more
// before everyone has to be checked again.  False: nobody was cut.
bool Sessions::shed() {
    const std::size_t bound = options_.send_buffer_total;
    if (waiting() <= bound) return false;
    bool any = false;
    for (const base::SessionId id : sessions_.laggards()) {
        if (waiting() <= bound - bound / 8) break;
        Session *session = sessions_.find(id);
        if (session == nullptr) continue;
        ++totals_.shed;
        any = true;
        closings_.blame(id, "all together are too far behind, this one among the furthest",
                        "limits.send_buffer_total");
        finish(id, *session, CloseReason::slow_client, Ending::cut);
        destroy_closed(); // now, so that its frames no longer count
    }
    return any;
}

void Sessions::judge(base::SessionId id) {
    Session *session = sessions_.find(id);
    if (session == nullptr || !session->open()) return;
    session->suspect = false;
    if (!session->too_slow && !session->over_limit(options_.send_buffer)) return;
    ++totals_.slow;
    closings_.blame(id, "it does not take what is queued for it", "limits.send_buffer");
    finish(id, *session, CloseReason::slow_client, Ending::cut);
}

void Sessions::tick() {
    std::vector<base::SessionId> due;
    wheel_.advance(clock_.now(), due);
    for (const base::SessionId id : due)
        if (Session *session = sessions_.find(id)) expire(id, *session);
}

void Sessions::expire(base::SessionId id, Session &session) {
    const base::Time now = clock_.now();
    if (session.open() && now >= ages_.end_of(session)) {
        ++totals_.aged;
        closings_.blame(id, "it has lasted as long as a connection may", "limits.max_age");
        return finish(id, session, CloseReason::max_age, Ending::linger);
    }
    switch (session.expire(now)) {
    case Session::Due::nothing: break;
    case Session::Due::ping: {
        // From when it was due, so that late checks do not add up; unless very late.
        const bool punctual = now - session.beat_due() <= 2 * wheel_.granularity();
        session.await_pong((punctual ? session.beat_due() : now) + options_.ping_timeout, now);
        session.push(fixed_.ping);
        touch(id, session);
        break;
    }
    case Session::Due::pong_missing:
        return finish(id, session, CloseReason::ping_timeout, Ending::prompt);
    case Session::Due::farewell_over:
        return finish(id, session, CloseReason::transport_close, Ending::cut);
    }
    arm(id, session);
}

std::size_t Sessions::close_some(std::size_t most, CloseReason reason) {
    for (const base::SessionId id : sessions_.open_ones(most))
        if (Session *session = sessions_.find(id)) finish(id, *session, reason, Ending::prompt);
    return size();
}

void Sessions::close_all(CloseReason reason) {
    close_some(SIZE_MAX, reason);
    sessions_.each([&](base::SessionId id, Session &session) {
        if (!session.hurry()) finish(id, session, reason, Ending::cut);
    });
}

void Sessions::reconfigure(const Options &options) {
    const base::Time now = clock_.now();
    const bool other_steps = options.granularity() != options_.granularity();
    options_ = options;
    if (other_steps) wheel_ = Wheel(options.granularity(), now);
    if (!ages_.limit(options.max_age, now) && !other_steps) return;
    sessions_.each([&](base::SessionId id, Session &session) { arm(id, session); });
}

void Sessions::arm(base::SessionId id, const Session &session) {
    base::Time due = session.next_deadline();
    if (session.open()) due = std::min(due, ages_.end_of(session));
    if (due != base::Time::max()) wheel_.arm(id, due);
}

// The one way a session ends.  One that is closed already can only be cut short.
void Sessions::finish(base::SessionId id, Session &session, CloseReason reason, Ending how,
                      Farewell farewell) {
    const bool was_open = session.open();
    if (session.over() || (!was_open && how != Ending::cut)) return;
    if (was_open) {
        const auto transport = static_cast<std::size_t>(session.transport());
        --open_[transport];
        ++totals_.closed;
        ++closes_[static_cast<std::size_t>(reason)][transport];
        closings_.ends(id, session, reason, up_.user(id));
    }
    session.end(how, farewell, clock_.now());
    if (session.over()) {
        closed_.push_back(id);
    } else {
        touch(id, session);
        arm(id, session);
    }
    if (was_open) up_.closed(id, reason);
}

} // namespace roomd::session
