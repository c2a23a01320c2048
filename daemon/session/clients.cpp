#include "session/clients_impl.hpp"

#include "base/random.hpp"
#include "session/other_parser.hpp"
#include "sio/encoder.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace roomd::session {

Clients::Clients(const ClientOptions &options, const base::Clock &clock) :
    impl_(std::make_unique<Impl>(options, clock)) {}
Clients::~Clients() = default;

void Clients::wire(Sessions &down, Events &up) noexcept {
    impl_->down = &down;
    impl_->up = &up;
}

// ---- verdicts ----------------------------------------------------------------------------

bool Clients::accept(base::ClientId id) {
    Client *client = impl_->alive(id);
    if (client == nullptr || client->accepted()) return false;
    client->state = Client::State::accepted;
    ++impl_->accepted;
    if (Peer *peer = impl_->peer(client->session)) {
        peer->joined = true;
        peer->refusals = 0;
    }
    impl_->down->send(client->session, sio::connected(client->nsp->name, client->public_id()),
                      Delivery::reliable);
    impl_->drain(id);
    return true;
}

bool Clients::refuse(base::ClientId id, std::string_view message, std::string_view data) {
    const Client *client = impl_->alive(id);
    if (client == nullptr || client->accepted()) return false;
    impl_->down->send(client->session, sio::connect_error(client->nsp->name, message, data),
                      Delivery::reliable);
    const base::SessionId session = client->session;
    impl_->end(id, CloseReason::server_namespace_disconnect);
    if (Peer *peer = impl_->peer(session)) {
        ++peer->refusals;
        peer->refused_at = impl_->clock.now();
    }
    return true;
}

void Clients::hold(base::ClientId id) {
    if (Client *client = impl_->alive(id)) ++client->holds;
}

void Clients::release(base::ClientId id) {
    Client *client = impl_->alive(id);
    if (client == nullptr || client->holds == 0) return;
    --client->holds;
    impl_->drain(id);
}

// ---- sending -----------------------------------------------------------------------------

bool Clients::send(base::ClientId id, std::span<const base::FrameRef> frames, Delivery how) {
    const Client *client = impl_->alive(id);
    return client != nullptr && impl_->down->send(client->session, frames, how);
}

void Clients::ask(base::ClientId id, std::string_view event, const sio::Args &args,
                  base::Duration timeout, std::uint64_t token) {
    ask({&id, 1}, event, args, timeout, token);
}

void Clients::ask(std::span<const base::ClientId> ids, std::string_view event,
                  const sio::Args &args, base::Duration timeout, std::uint64_t first) {
    const base::Time due = impl_->clock.now() + timeout;
    std::uint64_t ack_id = 0, token = first;
    sio::Frames frames; // encoded for the first that is there
    for (const base::ClientId id : ids) {
        const std::uint64_t mine = token++;
        const Client *client = impl_->alive(id);
        if (client != nullptr) {
            if (frames.empty()) {
                ack_id = client->nsp->next_ack++;
                frames = sio::event(client->nsp->name, event, args, ack_id);
            }
            if (impl_->acks.add(id, ack_id, mine, due)) {
                const std::span<const base::FrameRef> packet{frames};
                if (impl_->down->send(client->session, packet, Delivery::reliable)) continue;
                impl_->acks.take(id, ack_id);
            }
        }
        impl_->up->answered(id, mine, Answer::gone, {"[]", {}});
    }
}

bool Clients::ack(base::ClientId id, std::uint64_t ack_id, const sio::Args &args) {
    const Client *client = impl_->alive(id);
    return client != nullptr &&
           impl_->down->send(client->session, sio::ack(client->nsp->name, ack_id, args),
                             Delivery::reliable);
}

bool Clients::disconnect(base::ClientId id, CloseReason reason, bool close_session) {
    const Client *client = impl_->alive(id);
    if (client == nullptr) return false;
    if (close_session) {
        impl_->down->close(client->session, reason);
    } else if (client->accepted()) {
        impl_->down->send(client->session, sio::disconnected(client->nsp->name),
                          Delivery::reliable);
    } else {
        impl_->down->send(client->session, sio::connect_error(client->nsp->name, "disconnected"),
                          Delivery::reliable);
    }
    impl_->end(id, reason); // unless closing the session did it
    return true;
}

// ---- asking ------------------------------------------------------------------------------

bool Clients::info(base::ClientId id, Info &info) const noexcept {
    const Client *client = impl_->clients.find(id);
    if (client == nullptr) return false;
    info = {client->session, client->public_id(), client->nsp->name, client->accepted(),
            impl_->down->handshake(client->session)};
    return true;
}

base::ClientId Clients::find(std::string_view nsp, std::string_view id) const noexcept {
    const base::ClientId client = impl_->by_id.find(id);
    const bool there =
        client != base::ClientId::none && impl_->clients.find(client)->nsp->name == nsp;
    return there ? client : base::ClientId::none;
}

bool Clients::alive(base::ClientId id) const noexcept {
    return impl_->alive(id) != nullptr;
}

std::vector<base::ClientId> Clients::of_session(base::SessionId session) const {
    std::vector<base::ClientId> all;
    const Peer *peer = impl_->peer(session);
    if (peer == nullptr) return all;
    for (base::ClientId id = peer->first; id != base::ClientId::none;
         id = impl_->clients.find(id)->next)
        all.push_back(id);
    return all;
}

Transport Clients::transport(base::SessionId session) const noexcept {
    return impl_->down->transport(session);
}

std::size_t Clients::size() const noexcept {
    return impl_->accepted;
}

// ---- time --------------------------------------------------------------------------------

void Clients::tick() {
    const base::Time now = impl_->clock.now();
    for (const Acks::Ask &ask : impl_->acks.take_due(now))
        impl_->up->answered(ask.client, ask.token, Answer::expired, {"[]", {}});
    impl_->go_on();
    impl_->close_unjoined(now);
    impl_->close_unfinished(now);
}

void Clients::reconfigure(const ClientOptions &options) {
    impl_->options = options;
}

// ---- from Sessions -----------------------------------------------------------------------

void Clients::opened(base::SessionId session) {
    const std::size_t index = base::index_of(session);
    if (index >= impl_->peers.size()) impl_->peers.resize(index + 1);
    Peer &peer = impl_->peers[index];
    peer = Peer{};
    peer.session = session;
    peer.open = true;
    peer.warned_at = impl_->clock.now() - warned_for;
    impl_->unjoined.push_back({session, impl_->clock.now()});
}

void Clients::text(base::SessionId session, std::string_view message) {
    Peer *peer = impl_->peer(session);
    if (peer == nullptr) return;
    if (!peer->joined && message.size() > impl_->options.before_connect) {
        if (!impl_->down->too_large(session))
            impl_->down->close(session, CloseReason::forced_close);
        return;
    }
    impl_->take(*peer, peer->decoder.text(message, impl_->limits(*peer), impl_->scratch));
}

void Clients::binary(base::SessionId session, std::string_view message) {
    Peer *peer = impl_->peer(session);
    if (peer == nullptr) return;
    if (peer->first == base::ClientId::none && !peer->joined && !peer->waits) {
        ++impl_->other_parsers; // its first packet is to be text: CONNECT (msgpack's is binary)
        impl_->down->send(session, refuse_msgpack(message), Delivery::reliable);
        return impl_->down->close(session, CloseReason::forced_close);
    }
    impl_->take(*peer, peer->decoder.binary(message, impl_->limits(*peer), impl_->scratch));
}

std::size_t Clients::message_limit(base::SessionId session) const noexcept {
    const Peer *peer = impl_->peer(session);
    if (peer == nullptr || peer->joined) return SIZE_MAX;
    return impl_->options.before_connect + 1; // Engine.IO's digit
}

// It is CONNECT, of which the namespace was not read: nearly always the main one.  Who is told does
// not come back to try the same.
bool Clients::too_large(base::SessionId session) {
    const Peer *peer = impl_->peer(session);
    if (peer == nullptr || peer->joined || peer->first != base::ClientId::none) return false;
    impl_->refuse(session, "/", "token_too_large", "CONNECT is larger than limits.before_connect",
                  false);
    return true;
}

bool Clients::make_room() {
    auto &unjoined = impl_->unjoined;
    while (!unjoined.empty() && impl_->clock.now() - unjoined.front().since >= new_for) {
        const base::SessionId session = unjoined.front().session;
        unjoined.pop_front();
        const Peer *peer = impl_->peer(session);
        if (peer == nullptr || peer->joined) continue;
        ++impl_->displaced;
        impl_->down->close(session, CloseReason::forced_close, Goodbye::cut);
        return true;
    }
    return false;
}

std::uint64_t Clients::other_parsers() const noexcept {
    return impl_->other_parsers;
}

std::uint64_t Clients::displaced() const noexcept {
    return impl_->displaced;
}

void Clients::closed(base::SessionId session, CloseReason reason) {
    Peer *peer = impl_->peer(session);
    if (peer == nullptr) return;
    peer->open = false;
    while (peer->first != base::ClientId::none)
        impl_->end(peer->first, reason);
    *peer = Peer{};
}

} // namespace roomd::session
