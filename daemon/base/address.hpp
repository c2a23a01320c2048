#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace roomd::base {

// Where a connection comes from, without its port; small enough to store for every connection.
struct Address {
    enum class Kind : std::uint8_t { unix_socket, v4, v6 };
    std::array<std::uint8_t, 16> bytes{}; // IPv4 in the first four; v4-mapped addresses become v4
    Kind kind = Kind::unix_socket;

    bool loopback() const noexcept;
    std::string text() const; // "unix" for a Unix socket
};

// From IPv4 or IPv6 text; anything else gives that of a Unix socket.
Address address_from(const std::string &text) noexcept;

} // namespace roomd::base
