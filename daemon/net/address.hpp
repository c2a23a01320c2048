#pragma once

#include "net/socket_file.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

struct sockaddr;

namespace roomd::net {

// Who is at the other end, small enough to keep for every connection.
struct Peer {
    enum class Kind : std::uint8_t { unix_socket, v4, v6 };
    std::array<std::uint8_t, 16> bytes{}; // IPv4 in the first four; v4-mapped addresses become v4
    Kind kind = Kind::unix_socket;

    bool loopback() const noexcept;
    std::string text() const; // without port; "unix" for a Unix socket
    // Groups connections of one customer: the address, of IPv6 the /64 net.
    std::string_view key() const noexcept;
};

Peer peer_of(const sockaddr &) noexcept;

struct Opened {
    int fd;
    SocketFile file; // of a Unix socket: whoever closes it removes this first
};

// A listening, non-blocking socket for "127.0.0.1:3001", "[::1]:3001" or "unix:/path".  Throws when
// the text is no such address or the system refuses.  A Unix socket's file gets `mode`; one that a
// dead daemon left is replaced, one that answers is refused.  Of several that open one path at the
// same time one gets it.
Opened open_listener(const std::string &address, unsigned mode);
// The address a socket is bound to, in the form open_listener() takes.
std::string bound_address(int fd);
// The path of "unix:/path"; empty for others.
std::string unix_path(const std::string &address);

} // namespace roomd::net
