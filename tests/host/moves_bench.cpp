// How long a room of 50,000 clients holds the loop when backends move it or look at it.  Not a
// test: run it by hand.
#include "fixture.hpp"
#include "host/moves.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <span>

using namespace roomd;
using namespace roomd::test;

namespace {

constexpr std::size_t crowd = 50000;

double ms_of(const std::function<void()> &fn) { // of this process alone: the machine may be busy
    const std::clock_t begin = std::clock();
    fn();
    return static_cast<double>(std::clock() - begin) * 1e3 / CLOCKS_PER_SEC;
}

void move(Shard &shard, const char *what, dispatch::Move::What how,
          std::vector<std::string_view> rooms) {
    const dispatch::Move wanted{how, std::move(rooms)};
    const dispatch::Whom hall{"/", {}, {}, "hall", nullptr};
    std::vector<base::ClientId> clients;
    const double found = ms_of([&] { clients = shard.router.find(hall, wanted); });
    double longest = 0, sum = 0;
    const std::span<const base::ClientId> all(clients);
    for (std::size_t at = 0; at < all.size(); at += host::Moves::slice) {
        const auto slice = all.subspan(at, std::min(host::Moves::slice, all.size() - at));
        const double took = ms_of([&] { shard.router.move(slice, wanted); });
        longest = std::max(longest, took);
        sum += took;
        shard.sessions.flush();
        shard.sessions.reap();
        for (const auto &peer : shard.peers)
            peer->link.got.clear();
    }
    std::printf("%-12s found in %5.2f ms, %zu clients in %7.1f ms, longest slice %5.2f ms\n", what,
                found, clients.size(), sum, longest);
}

} // namespace

TEST_CASE("a room of 50,000 clients") {
    Shard shard;
    puppet &p = shard.play();
    for (std::size_t i = 0; i < crowd; ++i) {
        const Peer &peer = shard.connect();
        const base::ClientId client = shard.clients.of_session(peer.session).front();
        shard.router.join(client, "hall");
        shard.router.join(client, "user:u" + std::to_string(i));
    }
    for (const std::uint32_t limit : {0u, 100u, 1000u}) {
        roomd_whom whom{};
        whom.struct_size = sizeof whom;
        whom.room = str("hall");
        const roomd_found_fn none = [](void *, roomd_status, const roomd_found *) {};
        p.host->find(p.self, &whom, 0, limit, none, nullptr);
        const double took = ms_of([&] { shard.registry->drain(); });
        std::printf("find, a page of %4u: %5.2f ms\n", limit, took);
    }
    using What = dispatch::Move::What;
    move(shard, "join", What::join, {"library:1"});
    move(shard, "leave", What::leave, {"library:1"});
    move(shard, "disconnect", What::disconnect, {});
}
