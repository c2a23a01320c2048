#pragma once

#include "base/ids.hpp"
#include "base/slot_map.hpp"
#include "base/text_index.hpp"
#include "session/client.hpp"
#include "session/namespaces.hpp"
#include "session/peers.hpp"

#include <cstddef>
#include <string_view>

namespace roomd::session {

// The clients there are, by id, by public id, and by session and namespace.
class Roster {
public:
    // A pending client of `peer`, which is not in `nsp` yet.
    base::ClientId add(Peer &, std::string_view nsp);
    void accept(Client &) noexcept;
    // From here on it is found by its id alone, and is not alive(); erase() follows.
    void end(base::ClientId, Client &, Peer &) noexcept;
    void erase(base::ClientId) noexcept;

    Client *find(base::ClientId id) noexcept { return clients_.find(id); }
    const Client *find(base::ClientId id) const noexcept { return clients_.find(id); }
    // Null when it has ended.
    Client *alive(base::ClientId id) noexcept {
        Client *client = clients_.find(id);
        return client != nullptr && !client->ended ? client : nullptr;
    }
    const Client *alive(base::ClientId id) const noexcept {
        return const_cast<Roster *>(this)->alive(id);
    }
    base::ClientId in(const Peer &, std::string_view nsp) const noexcept;
    base::ClientId find(std::string_view nsp, std::string_view public_id) const noexcept;
    // Calls fn(id, client) for each client of one session; `fn` may end none.
    template <class Fn> void each_of(const Peer &peer, Fn fn) const {
        for (base::ClientId id = peer.first; id != base::ClientId::none;) {
            const Client &client = *clients_.find(id);
            fn(id, client);
            id = client.next;
        }
    }
    std::size_t accepted() const noexcept { return accepted_; }

private:
    Namespaces namespaces_;
    base::SlotMap<base::ClientId, Client> clients_;
    base::TextIndex<base::ClientId, Client, &Client::public_id> by_public_id_{clients_};
    std::size_t accepted_ = 0;
};

} // namespace roomd::session
