#pragma once

#include <cstdint>
#include <string_view>

namespace roomd::eio {

// The values are the digits on the wire.
enum class Type : std::uint8_t { open, close, ping, pong, message, upgrade, noop };

// One Engine.IO packet.  `data` views into what it was decoded from.
struct Packet {
    Type type;
    std::string_view data;
    bool binary = false; // a binary message; its type is always `message`
};

} // namespace roomd::eio
