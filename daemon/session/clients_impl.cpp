#include "session/clients_impl.hpp"

#include "base/random.hpp"
#include "sio/encoder.hpp"
#include "json/json.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace roomd::session {

namespace {

std::string_view nsp_of(const sio::Packet &packet) noexcept {
    struct {
        std::string_view operator()(const sio::Unfinished &) const noexcept { return {}; }
        std::string_view operator()(const sio::Connect &p) const noexcept { return p.nsp; }
        std::string_view operator()(const sio::Disconnect &p) const noexcept { return p.nsp; }
        std::string_view operator()(const sio::Event &p) const noexcept { return p.nsp; }
        std::string_view operator()(const sio::Ack &p) const noexcept { return p.nsp; }
    } nsp;
    return std::visit(nsp, packet);
}

} // namespace

Client *Clients::Impl::alive(base::ClientId id) noexcept {
    Client *client = clients.find(id);
    return client != nullptr && !client->ended ? client : nullptr;
}

Peer *Clients::Impl::peer(base::SessionId session) noexcept {
    const std::size_t index = base::index_of(session);
    if (index >= peers.size()) return nullptr;
    Peer &peer = peers[index];
    return peer.open && peer.session == session ? &peer : nullptr;
}

base::ClientId Clients::Impl::in(const Peer &peer, std::string_view nsp) noexcept {
    base::ClientId id = peer.first;
    while (id != base::ClientId::none) {
        const Client &client = *clients.find(id);
        if (client.nsp->name == nsp) break;
        id = client.next;
    }
    return id;
}

// A stranger gets less: small messages, and no attachments.
sio::Limits Clients::Impl::limits(const Peer &peer) const noexcept {
    if (!peer.joined) return {0, options.before_connect, options.json_depth};
    return {options.max_attachments, down->options().max_payload, options.json_depth};
}

base::Rate Clients::Impl::rate() const noexcept {
    const double rate = options.events_per_second;
    return {rate, std::max({1.0, 2 * rate, rate + options.events_at_once})};
}

// ---- packets -----------------------------------------------------------------------------

void Clients::Impl::take(Peer &peer, base::Result<sio::Packet> packet) {
    if (!packet) return down->violated(peer.session, packet.error());
    if (!std::holds_alternative<sio::Unfinished>(*packet)) {
        peer.waits = false;
        return route(peer.session, *packet);
    }
    if (!peer.waits) peer.waiting_since = clock.now();
    peer.waits = true;
    if (!peer.watched) unfinished.push_back({peer.session, clock.now()});
    peer.watched = true;
}

void Clients::Impl::route(base::SessionId session, const sio::Packet &packet) {
    Peer *from = peer(session);
    if (from == nullptr) return;
    const base::ClientId id = in(*from, nsp_of(packet));
    Client *client = alive(id);
    if (client == nullptr) return handle(session, id, packet);
    if (!client->waits() && !client->draining) {
        const bool is_event = std::holds_alternative<sio::Event>(packet);
        if (!is_event || may_send(session, *client, id)) return handle(session, id, packet);
    }
    // Answers to what we asked count for no rate.
    const bool is_ack = std::holds_alternative<sio::Ack>(packet);
    if (is_ack && client->paced && !client->awaits_verdict()) return handle(session, id, packet);
    keep(*from, *client, packet);
}

// An event of a client that does not wait: now, or does it wait from now on?
bool Clients::Impl::may_send(base::SessionId session, Client &client, base::ClientId id) {
    Peer *from = peer(session);
    if (from == nullptr || from->events.take(rate(), clock.now())) return true;
    client.paced = true;
    paced.push_back(id);
    warn(client);
    return false;
}

void Clients::Impl::keep(Peer &from, Client &client, const sio::Packet &packet) {
    if (!client.held) client.held = std::make_unique<Held>();
    // In order only when the client has left before; else it is in, or will be told.
    if (std::holds_alternative<sio::Connect>(packet) && !client.held->ends_with_disconnect())
        return;
    HeldPacket kept(packet);
    // Behind a verdict a packet of any size that is allowed may be one of those that wait.
    const std::size_t most =
        options.held_bytes + (client.awaits_verdict() ? limits(from).max_bytes : 0);
    const auto *event = std::get_if<sio::Event>(&packet);
    const bool too_much_of_all = event != nullptr && !client.awaits_verdict() &&
                                 Held::of_all() + kept.bytes() > options.held_total;
    if (!too_much_of_all && held_by(from) + kept.bytes() <= most)
        return client.held->push(std::move(kept));
    if (event != nullptr && client.accepted()) return refuse_event(client, *event);
    down->violated(from.session, "more than limits.held behind a CONNECT that is not answered yet");
}

// Whose events waited for their time.
void Clients::Impl::go_on() {
    for (const base::ClientId id : std::exchange(paced, {})) {
        Client *client = alive(id);
        if (client == nullptr) continue;
        client->paced = false;
        drain(id);
    }
}

// What waits in all namespaces of one session.
std::size_t Clients::Impl::held_by(const Peer &peer) noexcept {
    std::size_t bytes = 0;
    for (base::ClientId id = peer.first; id != base::ClientId::none; id = clients.find(id)->next)
        if (const auto &held = clients.find(id)->held) bytes += held->bytes();
    return bytes;
}

void Clients::Impl::handle(base::SessionId session, base::ClientId id, const sio::Packet &packet) {
    if (const auto *wanted = std::get_if<sio::Connect>(&packet)) {
        if (id == base::ClientId::none) connect(session, *wanted); // else it is in
        return;
    }
    Client *client = alive(id);
    if (client == nullptr) { // sent before it heard that it was sent away, by who means well
        if (!peer(session)->joined) down->violated(session, "a packet ahead of CONNECT");
        return;
    }
    if (const auto *event = std::get_if<sio::Event>(&packet)) {
        up->event(id, *event);
    } else if (const auto *ack = std::get_if<sio::Ack>(&packet)) {
        if (const auto token = acks.take(id, ack->id))
            up->answered(id, *token, Answer::ok, ack->args);
    } else if (std::holds_alternative<sio::Disconnect>(packet)) {
        end(id, CloseReason::client_namespace_disconnect);
    }
}

void Clients::Impl::connect(base::SessionId session, const sio::Connect &wanted) {
    Peer &from = *peer(session);
    if (from.clients >= options.namespaces_per_session)
        return refuse(session, wanted.nsp, "too_many_namespaces",
                      "this connection is in as many namespaces as it may be", false);
    if (guesses(from) || !from.connects.take(rate(), clock.now()))
        return refuse(session, wanted.nsp, "too_many_attempts", "too many attempts: try later",
                      true);
    const base::ClientId id = clients.emplace();
    Client &client = *clients.find(id);
    client.session = session;
    client.nsp = &namespaces.enter(wanted.nsp);
    const std::string text = base::random_id();
    assert(text.size() == client.id.size());
    std::copy(text.begin(), text.end(), client.id.begin());
    client.next = std::exchange(from.first, id);
    ++from.clients;
    by_id.add(id);
    up->connecting(id, client.nsp->name, wanted.auth);
}

// Gives the client what it was made to wait for, until it has to wait again or is gone.
void Clients::Impl::drain(base::ClientId id) {
    Client *client = alive(id);
    if (client == nullptr || client->draining || client->waits() || !client->held) return;
    const base::SessionId session = client->session;
    client->draining = true;
    while (client != nullptr && !client->waits() && !client->held->empty()) {
        if (client->held->front().is_event() && !may_send(session, *client, id)) break;
        const HeldPacket packet = client->held->pop();
        if (packet.is_disconnect()) {
            Held rest = std::move(*client->held);
            client->held.reset();
            end(id, CloseReason::client_namespace_disconnect);
            return reroute(session, rest);
        }
        handle(session, id, packet.view());
        client = alive(id);
    }
    if (client == nullptr) return;
    client->draining = false;
    if (client->held->empty()) client->held.reset();
}

void Clients::Impl::reroute(base::SessionId session, Held &rest) {
    while (!rest.empty()) {
        const HeldPacket packet = rest.pop();
        route(session, packet.view());
    }
}

// ---- refusals ----------------------------------------------------------------------------

// A stock client tries each namespace once; who goes on is guessing, at our cost.
bool Clients::Impl::guesses(Peer &from) const noexcept {
    if (clock.now() - from.refused_at >= forgiven_after) from.refusals = 0;
    return from.refusals > options.namespaces_per_session;
}

void Clients::Impl::refuse(base::SessionId session, std::string_view nsp, std::string_view code,
                           std::string_view message, bool retryable) {
    const std::string data = R"({"code":)" + json::quoted(code) + R"(,"retryable":)" +
                             (retryable ? "true" : "false") + '}';
    down->send(session, sio::connect_error(nsp, message, data), Delivery::reliable);
}

void Clients::Impl::refuse_event(const Client &client, const sio::Event &event) {
    const std::string why =
        R"("code":"too_many_events","message":"too many events wait: this one is dropped")";
    const std::string_view nsp = client.nsp->name;
    if (event.ack) {
        const std::string json = R"([{"ok":false,"error":{)" + why + "}}]";
        down->send(client.session, sio::ack(nsp, *event.ack, {json, {}}), Delivery::reliable);
    } else {
        const std::string json = R"([{"event":)" + json::quoted(event.name) + ',' + why + "}]";
        down->send(client.session, sio::event(nsp, "rate:warning", {json, {}}), Delivery::reliable);
    }
}

// That its events wait.
void Clients::Impl::warn(const Client &client) {
    Peer &from = *peer(client.session);
    const base::Time now = clock.now();
    if (now - from.warned_at < warned_for) return;
    from.warned_at = now;
    const std::string limit = std::to_string(static_cast<std::uint64_t>(options.events_per_second));
    const std::string json = R"([{"limit":)" + limit +
                             R"(,"code":"slowed_down","message":"more than )" + limit +
                             R"( events a second: they wait"}])";
    down->send(client.session, sio::event(client.nsp->name, "rate:warning", {json, {}}),
               Delivery::reliable);
}

// ---- endings -----------------------------------------------------------------------------

void Clients::Impl::end(base::ClientId id, CloseReason reason) {
    Client *client = alive(id);
    if (client == nullptr) return;
    const base::SessionId session = client->session;
    client->ended = true;
    if (client->accepted()) --accepted;
    const std::unique_ptr<Held> rest = std::move(client->held);
    unlink(id, *client);
    by_id.remove(id);
    for (const std::uint64_t token : acks.take_all(id))
        up->answered(id, token, Answer::gone, {"[]", {}});
    up->gone(id, reason);
    namespaces.leave(*client->nsp);
    clients.erase(id);
    // What the client sent before it knew is dropped, but a CONNECT is owed its answer.
    if (rest) {
        rest->skip_to_connect();
        reroute(session, *rest);
    }
}

void Clients::Impl::unlink(base::ClientId id, const Client &client) noexcept {
    Peer &from = peers[base::index_of(client.session)]; // closed perhaps, never reused yet
    --from.clients;
    base::ClientId *at = &from.first;
    while (*at != id)
        at = &clients.find(*at)->next;
    *at = client.next;
}

// ---- time --------------------------------------------------------------------------------

void Clients::Impl::close_unjoined(base::Time now) {
    while (!unjoined.empty() && now - unjoined.front().since >= options.connect_timeout) {
        const base::SessionId session = unjoined.front().session;
        unjoined.pop_front();
        const Peer *of = peer(session);
        if (of != nullptr && !of->joined) down->close(session, CloseReason::forced_close);
    }
}

void Clients::Impl::close_unfinished(base::Time now) {
    while (!unfinished.empty() && now - unfinished.front().since >= attachments_timeout) {
        const base::SessionId session = unfinished.front().session;
        unfinished.pop_front();
        Peer *of = peer(session);
        if (of == nullptr) continue;
        of->watched = false;
        if (!of->waits) continue;
        if (now - of->waiting_since >= attachments_timeout) {
            down->violated(session, "attachments that did not come in time");
        } else {
            of->watched = true;
            unfinished.push_back({session, now});
        }
    }
}

} // namespace roomd::session
