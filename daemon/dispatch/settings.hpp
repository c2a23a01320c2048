#pragma once

#include <cstddef>

// What the keys of the configuration say to this layer.  Their rows (config/limits) point at these
// members and hold the defaults: nothing here has one.
namespace roomd::dispatch {

struct Limits {
    std::size_t per_user{}; // clients of one user at a time; 0: any number
    std::size_t rooms_per_client{};
    std::size_t max_emit{}; // bytes of one event's arguments
    friend bool operator==(const Limits &, const Limits &) = default;
};

} // namespace roomd::dispatch
