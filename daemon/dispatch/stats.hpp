#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace roomd::dispatch {

struct Stats {
    std::size_t clients = 0; // accepted
    std::size_t rooms = 0;   // without private ones
    struct Room {
        std::string nsp, name;
        std::size_t members;
    };
    std::vector<Room> largest; // at most `limit` of them, in order of namespace and name
    std::uint64_t emits = 0, deliveries = 0, events_in = 0, joins_refused = 0;
    std::uint64_t events_given_up = 0;  // whose check would have taken too long
    std::uint64_t events_unhandled = 0; // neither roomd nor a plugin knows them
};

} // namespace roomd::dispatch
