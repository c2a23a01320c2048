#include "session/roster.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace roomd;
using base::ClientId;
using session::Client;
using session::Peer;
using session::Roster;

namespace {

std::vector<ClientId> all_of(const Roster &roster, const Peer &peer) {
    std::vector<ClientId> ids;
    roster.each_of(peer, [&](ClientId id, const Client &) { ids.push_back(id); });
    return ids;
}

} // namespace

TEST_CASE("a client is found by its id, by its public id, and by session and namespace") {
    Roster roster;
    Peer peer;
    const ClientId main = roster.add(peer, "/"), chat = roster.add(peer, "/chat");
    CHECK(peer.clients == 2);
    CHECK(roster.in(peer, "/") == main);
    CHECK(roster.in(peer, "/chat") == chat);
    CHECK(roster.in(peer, "/desk") == ClientId::none);
    const std::string public_id(roster.find(chat)->public_id());
    CHECK(public_id.size() == 20);
    CHECK(roster.find("/chat", public_id) == chat);
    CHECK(roster.find("/", public_id) == ClientId::none);
    CHECK(roster.find("/chat", "nobody") == ClientId::none);
    CHECK(all_of(roster, peer) == std::vector{chat, main});
}

TEST_CASE("only accepted clients are counted") {
    Roster roster;
    Peer peer;
    const ClientId one = roster.add(peer, "/"), other = roster.add(peer, "/chat");
    CHECK(roster.accepted() == 0);
    roster.accept(*roster.find(one));
    CHECK(roster.accepted() == 1);
    roster.end(other, *roster.find(other), peer);
    CHECK(roster.accepted() == 1);
    roster.end(one, *roster.find(one), peer);
    CHECK(roster.accepted() == 0);
}

TEST_CASE("one that ended is found by its id alone until it is erased") {
    Roster roster;
    Peer peer;
    const ClientId one = roster.add(peer, "/"), other = roster.add(peer, "/chat"),
                   third = roster.add(peer, "/desk");
    const std::string public_id(roster.find(other)->public_id());
    roster.end(other, *roster.find(other), peer);
    CHECK(roster.alive(other) == nullptr);
    CHECK(roster.find(other) != nullptr);
    CHECK(roster.find("/chat", public_id) == ClientId::none);
    CHECK(all_of(roster, peer) == std::vector{third, one});
    CHECK(peer.clients == 2);
    roster.erase(other);
    CHECK(roster.find(other) == nullptr);
    roster.erase(other); // once more is harmless
}
