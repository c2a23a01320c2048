#include "session/socketio.hpp"

#include "session/notices.hpp"
#include "session/other_parser.hpp"
#include "sio/encoder.hpp"

#include <algorithm>
#include <memory>
#include <utility>
#include <variant>

namespace roomd::session {

// ---- verdicts ----------------------------------------------------------------------------

bool SocketIo::accept(base::ClientId id) {
    Client *client = roster_.alive(id);
    if (client == nullptr || client->accepted()) return false;
    roster_.accept(*client);
    counts_.accepted(*down_, client->session);
    if (Peer *peer = peers_.find(client->session)) peer->was_accepted();
    down_->send(client->session, sio::connected(client->nsp->name, client->public_id()),
                Delivery::reliable);
    drain(id);
    return true;
}

bool SocketIo::refuse(base::ClientId id, std::string_view message, std::string_view data) {
    const Client *client = roster_.alive(id);
    if (client == nullptr || client->accepted()) return false;
    down_->send(client->session, sio::connect_error(client->nsp->name, message, data),
                Delivery::reliable);
    const base::SessionId session = client->session;
    end(id, CloseReason::server_namespace_disconnect);
    if (Peer *peer = peers_.find(session)) peer->was_refused(clock_.now());
    return true;
}

void SocketIo::hold(base::ClientId id) {
    if (Client *client = roster_.alive(id)) ++client->holds;
}

void SocketIo::release(base::ClientId id) {
    Client *client = roster_.alive(id);
    if (client == nullptr || client->holds == 0) return;
    --client->holds;
    drain(id);
}

// ---- sending -----------------------------------------------------------------------------

std::size_t SocketIo::send(std::span<const base::ClientId> ids,
                           std::span<const base::FrameRef> packet, Delivery how) {
    std::size_t sent = 0;
    for (const base::ClientId id : ids) {
        const Client *client = roster_.alive(id);
        if (client != nullptr && down_->send(client->session, packet, how)) ++sent;
    }
    return sent;
}

void SocketIo::ask(std::span<const base::ClientId> ids, std::string_view event,
                   const sio::Args &args, base::Duration timeout, std::uint64_t first) {
    const base::Time due = clock_.now() + timeout;
    std::uint64_t ack_id = 0, token = first;
    sio::Frames frames; // encoded for the first that is there
    for (const base::ClientId id : ids) {
        const std::uint64_t mine = token++;
        const Client *client = roster_.alive(id);
        if (client != nullptr) {
            if (frames.empty()) {
                ack_id = client->nsp->next_ack++;
                frames = sio::event(client->nsp->name, event, args, ack_id);
            }
            if (acks_.add(id, ack_id, mine, due)) {
                const std::span<const base::FrameRef> packet{frames};
                if (down_->send(client->session, packet, Delivery::reliable)) continue;
                acks_.take(id, ack_id);
            }
        }
        up_->answered(id, mine, Answer::gone, {"[]", {}});
    }
}

bool SocketIo::ack(base::ClientId id, std::uint64_t ack_id, const sio::Args &args) {
    const Client *client = roster_.alive(id);
    return client != nullptr &&
           down_->send(client->session, sio::ack(client->nsp->name, ack_id, args),
                       Delivery::reliable);
}

bool SocketIo::disconnect(base::ClientId id, CloseReason reason, bool close_session) {
    const Client *client = roster_.alive(id);
    if (client == nullptr) return false;
    if (close_session) {
        down_->close(client->session, reason);
    } else if (client->accepted()) {
        down_->send(client->session, sio::disconnected(client->nsp->name), Delivery::reliable);
    } else {
        down_->send(client->session, sio::connect_error(client->nsp->name, "disconnected"),
                    Delivery::reliable);
    }
    end(id, reason); // unless closing the session did it
    return true;
}

// ---- asking ------------------------------------------------------------------------------

bool SocketIo::info(base::ClientId id, Info &info) const noexcept {
    const Client *client = roster_.find(id);
    if (client == nullptr) return false;
    info = {client->session, client->public_id(), client->nsp->name, client->accepted(),
            down_->handshake(client->session)};
    return true;
}

std::vector<base::ClientId> SocketIo::of_session(base::SessionId session) const {
    std::vector<base::ClientId> all;
    if (const Peer *peer = peers_.find(session))
        roster_.each_of(*peer, [&](base::ClientId id, const Client &) { all.push_back(id); });
    return all;
}

// ---- from Sessions -----------------------------------------------------------------------

void SocketIo::opened(base::SessionId session) {
    peers_.open(session, clock_.now());
}

void SocketIo::upgraded(base::SessionId session) {
    for (const base::ClientId id : of_session(session))
        if (roster_.find(id)->accepted()) counts_.upgraded(*down_, session);
}

void SocketIo::text(base::SessionId session, std::string_view message) {
    Peer *peer = peers_.find(session);
    if (peer == nullptr) return;
    if (!peer->joined && message.size() > options_.before_connect) {
        if (!down_->too_large(session)) down_->close(session, CloseReason::forced_close);
        return;
    }
    receive(*peer, peer->decoder.text(message, limits(*peer), scratch_));
}

void SocketIo::binary(base::SessionId session, std::string_view message) {
    Peer *peer = peers_.find(session);
    if (peer == nullptr) return;
    if (peer->first == base::ClientId::none && !peer->joined && !peer->waits) {
        counts_.spoke_otherwise(
            *down_, session); // its first packet is to be text: CONNECT (msgpack's is binary)
        down_->send(session, refuse_msgpack(message), Delivery::reliable);
        return down_->close_at("", session, "another parser than Socket.IO's own (msgpack?)");
    }
    receive(*peer, peer->decoder.binary(message, limits(*peer), scratch_));
}

void SocketIo::closed(base::SessionId session, CloseReason reason) {
    Peer *peer = peers_.find(session);
    if (peer == nullptr) return;
    peer->open = false;
    while (peer->first != base::ClientId::none)
        end(peer->first, reason);
    peers_.forget(*peer);
}

std::string_view SocketIo::user(base::SessionId session) const noexcept {
    const Peer *peer = peers_.find(session);
    const bool any = peer != nullptr && peer->first != base::ClientId::none;
    return any ? up_->user(peer->first) : std::string_view{};
}

std::size_t SocketIo::message_limit(base::SessionId session) const noexcept {
    const Peer *peer = peers_.find(session);
    if (peer == nullptr || peer->joined) return SIZE_MAX;
    return options_.before_connect + 1; // Engine.IO's digit
}

// It is CONNECT, of which the namespace was not read: nearly always the main one.  A client that is
// told does not come back to try the same.
bool SocketIo::too_large(base::SessionId session) {
    const Peer *peer = peers_.find(session);
    if (peer == nullptr || peer->joined || peer->first != base::ClientId::none) return false;
    counts_.refused(*down_, session, "token_too_large");
    down_->send(session,
                connect_refused("/", "token_too_large",
                                "CONNECT is larger than limits.before_connect", Retry::no),
                Delivery::reliable);
    return true;
}

bool SocketIo::make_room() {
    const base::SessionId session = peers_.take_unjoined(clock_.now() - new_for);
    if (session == base::SessionId::none) return false;
    ++counts_.displaced;
    down_->close_at("limits.connections", session, "it never joined, and room was needed",
                    Goodbye::cut);
    return true;
}

// ---- packets -----------------------------------------------------------------------------

// A stranger gets less: small messages, and no attachments.
sio::Limits SocketIo::limits(const Peer &peer) const noexcept {
    if (!peer.joined) return {0, options_.before_connect, options_.json_depth};
    return {options_.attachments, down_->options().max_payload, options_.json_depth};
}

base::Rate SocketIo::rate() const noexcept {
    const double rate = options_.events_per_second;
    return {rate, std::max({1.0, 2 * rate, rate + options_.events_at_once})};
}

void SocketIo::receive(Peer &peer, base::Result<sio::Packet> packet) {
    if (!packet) return down_->violated(peer.session, packet.error());
    if (std::holds_alternative<sio::Unfinished>(*packet))
        return peers_.lacks_attachments(peer, clock_.now());
    peers_.is_whole(peer);
    route(peer.session, *packet);
}

void SocketIo::route(base::SessionId session, const sio::Packet &packet) {
    Peer *from = peers_.find(session);
    if (from == nullptr) return;
    const base::ClientId id = roster_.in(*from, sio::nsp_of(packet));
    Client *client = roster_.alive(id);
    if (client == nullptr) return handle(session, id, packet);
    if (!client->waits() && !client->draining) {
        const bool is_event = std::holds_alternative<sio::Event>(packet);
        if (!is_event || may_send(*client, id)) return handle(session, id, packet);
    }
    // Answers to what we asked do not count towards the rate.
    const bool is_ack = std::holds_alternative<sio::Ack>(packet);
    if (is_ack && client->paced && !client->awaits_verdict()) return handle(session, id, packet);
    hold_back(*from, *client, packet);
}

void SocketIo::handle(base::SessionId session, base::ClientId id, const sio::Packet &packet) {
    if (const auto *wanted = std::get_if<sio::Connect>(&packet)) {
        if (id == base::ClientId::none) connect(session, *wanted); // else it is in
        return;
    }
    if (roster_.alive(id) == nullptr) {
        // One that has joined before may not know yet that it was sent away.
        if (!peers_.find(session)->joined) down_->violated(session, "a packet before CONNECT");
        return;
    }
    if (const auto *event = std::get_if<sio::Event>(&packet)) {
        up_->event(id, *event);
    } else if (const auto *ack = std::get_if<sio::Ack>(&packet)) {
        if (const auto token = acks_.take(id, ack->id))
            up_->answered(id, *token, Answer::ok, ack->args);
    } else if (std::holds_alternative<sio::Disconnect>(packet)) {
        end(id, CloseReason::client_namespace_disconnect);
    }
}

void SocketIo::connect(base::SessionId session, const sio::Connect &wanted) {
    Peer &from = *peers_.find(session);
    const auto refused = [&](std::string_view code, std::string_view message, Retry retry) {
        counts_.refused(*down_, session, code);
        tell_refusal(causes_, log::Kind::connect, {down_->get(session), user(session), code},
                     {"namespace", wanted.nsp});
        down_->send(session, connect_refused(wanted.nsp, code, message, retry), Delivery::reliable);
    };
    if (from.clients >= options_.namespaces_per_session)
        return refused("too_many_namespaces", "too many namespaces on this connection", Retry::no);
    if (!from.may_connect(rate(), options_.namespaces_per_session, clock_.now()))
        return refused("too_many_attempts", "too many attempts: try later", Retry::later);
    const base::ClientId id = roster_.add(from, wanted.nsp);
    up_->connecting(id, roster_.find(id)->nsp->name, wanted.auth);
}

// ---- packets that wait -------------------------------------------------------------------

// Whether an event may be delivered now.  If not, its client's events wait from now on.
bool SocketIo::may_send(Client &client, base::ClientId id) {
    Peer *from = peers_.find(client.session);
    const base::Time now = clock_.now();
    if (from == nullptr || from->events.take(rate(), now)) return true;
    ++counts_.events_per_second;
    client.paced = true;
    paced_.push_back(id);
    if (from->is_due_a_warning(now))
        down_->send(client.session, slowed_down(client.nsp->name, options_.events_per_second),
                    Delivery::reliable);
    return false;
}

void SocketIo::hold_back(Peer &from, Client &client, const sio::Packet &packet) {
    if (!client.held) client.held = std::make_unique<Held>(held_of_all_);
    // Valid only when the client has left before; else it is in, or will be told.
    if (std::holds_alternative<sio::Connect>(packet) && !client.held->ends_with_disconnect())
        return;
    HeldPacket held(packet);
    // Behind a verdict a packet of any size that is allowed may be one of those that wait.
    const std::size_t most = options_.held + (client.awaits_verdict() ? limits(from).max_bytes : 0);
    const bool fits =
        held_by(from) + held.bytes() <= most && held_of_all_ + held.bytes() <= options_.held_total;
    if (fits) return client.held->push(std::move(held));
    ++counts_.held;
    if (client.accepted()) {
        // The sender of an ask whose answer is dropped is told that none came in time.
        if (std::holds_alternative<sio::Ack>(packet)) return;
        if (const auto *event = std::get_if<sio::Event>(&packet)) {
            tell_refusal(causes_, log::Kind::event,
                         {down_->get(from.session), user(from.session), "too_many_events"},
                         {"event", event->name});
            down_->send(client.session, event_dropped(client.nsp->name, *event),
                        Delivery::reliable);
            return;
        }
    }
    down_->violated(from.session, "packets that wait are over limits.held or limits.receive_total",
                    "limits.held, limits.receive_total");
}

// What waits in all namespaces of one session.
std::size_t SocketIo::held_by(const Peer &peer) const noexcept {
    std::size_t bytes = 0;
    roster_.each_of(peer, [&](base::ClientId, const Client &client) {
        if (client.held) bytes += client.held->bytes();
    });
    return bytes;
}

// Delivers the client's waiting packets until it has to wait again or is gone.
void SocketIo::drain(base::ClientId id) {
    Client *client = roster_.alive(id);
    if (client == nullptr || client->draining || client->waits() || !client->held) return;
    const base::SessionId session = client->session;
    client->draining = true;
    while (client != nullptr && !client->waits() && !client->held->empty()) {
        if (client->held->front().is_event() && !may_send(*client, id)) break;
        const HeldPacket packet = client->held->pop();
        if (packet.is_disconnect()) {
            const std::unique_ptr<Held> rest = std::move(client->held);
            end(id, CloseReason::client_namespace_disconnect);
            return reroute(session, *rest);
        }
        handle(session, id, packet.view());
        client = roster_.alive(id);
    }
    if (client == nullptr) return;
    client->draining = false;
    if (client->held->empty()) client->held.reset();
}

void SocketIo::reroute(base::SessionId session, Held &rest) {
    while (!rest.empty()) {
        const HeldPacket packet = rest.pop();
        route(session, packet.view());
    }
}

// ---- endings -----------------------------------------------------------------------------

void SocketIo::end(base::ClientId id, CloseReason reason) {
    Client *client = roster_.alive(id);
    if (client == nullptr) return;
    const base::SessionId session = client->session;
    const std::unique_ptr<Held> rest = std::move(client->held);
    if (client->accepted()) counts_.ended(*down_, session);
    roster_.end(id, *client, peers_.of(session));
    for (const std::uint64_t token : acks_.take_all(id))
        up_->answered(id, token, Answer::gone, {"[]", {}});
    up_->gone(id, reason);
    roster_.erase(id);
    // What the client sent before it knew is dropped, but a CONNECT is owed its answer.
    if (rest) {
        rest->skip_to_connect();
        reroute(session, *rest);
    }
}

// ---- time --------------------------------------------------------------------------------

void SocketIo::tick() {
    const base::Time now = clock_.now();
    for (const Acks::Ask &ask : acks_.take_due(now))
        up_->answered(ask.client, ask.token, Answer::expired, {"[]", {}});
    for (const base::ClientId id : std::exchange(paced_, {})) {
        Client *client = roster_.alive(id);
        if (client == nullptr) continue;
        client->paced = false;
        drain(id);
    }
    constexpr base::SessionId none = base::SessionId::none;
    base::SessionId session;
    while ((session = peers_.take_unjoined(now - options_.connect_timeout)) != none) {
        ++counts_.connect_timeout;
        down_->close_at("limits.connect_timeout", session, "it joined no namespace in time");
    }
    while ((session = peers_.take_overdue(now)) != none)
        down_->violated(session, "attachments that did not come in time");
}

} // namespace roomd::session
