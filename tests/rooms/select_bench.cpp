// What a selection costs for each client selected, without sending.  Not a test: run it by hand.
#include "rooms/space.hpp"

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

using namespace roomd;

namespace {

void measure(const char *what, rooms::Space &space, const rooms::Selection &selection) {
    std::uint64_t selected = 0, sum = 0;
    int rounds = 0;
    const auto begin = std::chrono::steady_clock::now();
    auto end = begin;
    while (end - begin < std::chrono::milliseconds{300}) {
        for (int i = 0; i < 16; ++i, ++rounds)
            space.each(selection, [&](base::ClientId client) {
                ++selected;
                sum += base::index_of(client);
            });
        end = std::chrono::steady_clock::now();
    }
    const double ns = std::chrono::duration<double, std::nano>(end - begin).count();
    std::printf("%-34s %8.0f clients  %10.1f ns/emit  %6.2f ns/client  (%llu)\n", what,
                static_cast<double>(selected) / rounds, ns / rounds,
                selected == 0 ? 0.0 : ns / static_cast<double>(selected),
                static_cast<unsigned long long>(sum));
}

} // namespace

int main() {
    constexpr std::uint32_t clients = 10000;
    rooms::Places places;
    rooms::Space space{places};
    for (std::uint32_t i = 0; i < clients; ++i) {
        // As after a day of coming and going: neighbours in a room are strangers in memory.
        const base::ClientId client{(1ull << 32) | (std::uint64_t{i} * 7919 % clients)};
        space.enter(client);
        space.join(client, "role:student");
        space.join(client, "library:" + std::to_string(i % 2000));
        if (i % 2 == 0) space.join(client, "even");
    }
    const std::vector<std::string_view> small{"library:7"}, big{"role:student"}, none{"nobody"},
        both{"role:student", "even", "library:7"}, even{"even"};
    rooms::Selection selection;
    selection.rooms = none;
    measure("a room nobody is in", space, selection);
    selection.rooms = small;
    measure("one room of 5", space, selection);
    selection.rooms = big;
    measure("one room of 10000", space, selection);
    selection.rooms = both;
    measure("three rooms that overlap", space, selection);
    selection.except = even;
    measure("three rooms except 5000", space, selection);
    selection = {};
    selection.everyone = true;
    measure("everyone", space, selection);
    std::printf("%.1f bytes per membership, %u clients in 2.5 rooms and the space\n",
                static_cast<double>(places.bytes() + space.bytes()) / (clients * 3.5), clients);
}
