#pragma once

#include <cstdint>

namespace roomd::session {

// How a frame is to be delivered.
enum class Delivery : std::uint8_t {
    reliable, // over the bound the session is closed at the end of the iteration
    droppable // volatile: dropped when the link cannot take it now
};

} // namespace roomd::session
