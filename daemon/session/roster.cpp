#include "session/roster.hpp"

#include "base/random.hpp"

#include <algorithm>
#include <cassert>
#include <string>
#include <utility>

namespace roomd::session {

base::ClientId Roster::add(Peer &peer, std::string_view nsp) {
    const base::ClientId id = clients_.emplace();
    Client &client = *clients_.find(id);
    client.session = peer.session;
    client.nsp = &namespaces_.enter(nsp);
    const std::string text = base::random_id();
    assert(text.size() == client.id.size());
    std::copy(text.begin(), text.end(), client.id.begin());
    client.next = std::exchange(peer.first, id);
    ++peer.clients;
    by_public_id_.add(id);
    return id;
}

void Roster::accept(Client &client) noexcept {
    assert(!client.accepted());
    client.state = Client::State::accepted;
    ++accepted_;
}

void Roster::end(base::ClientId id, Client &client, Peer &peer) noexcept {
    client.ended = true;
    if (client.accepted()) --accepted_;
    --peer.clients;
    base::ClientId *at = &peer.first;
    while (*at != id)
        at = &clients_.find(*at)->next;
    *at = client.next;
    by_public_id_.remove(id);
}

void Roster::erase(base::ClientId id) noexcept {
    const Client *client = clients_.find(id);
    if (client == nullptr) return;
    assert(client->ended);
    namespaces_.leave(*client->nsp);
    clients_.erase(id);
}

base::ClientId Roster::in(const Peer &peer, std::string_view nsp) const noexcept {
    base::ClientId id = peer.first;
    while (id != base::ClientId::none) {
        const Client &client = *clients_.find(id);
        if (client.nsp->name == nsp) break;
        id = client.next;
    }
    return id;
}

base::ClientId Roster::find(std::string_view nsp, std::string_view public_id) const noexcept {
    const base::ClientId id = by_public_id_.find(public_id);
    const bool there = id != base::ClientId::none && clients_.find(id)->nsp->name == nsp;
    return there ? id : base::ClientId::none;
}

} // namespace roomd::session
