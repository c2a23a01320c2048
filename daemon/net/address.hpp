#pragma once

#include "base/address.hpp"
#include "net/socket_file.hpp"

#include <string>

struct sockaddr;

namespace roomd::net {

using Peer = base::Address; // who is at the other end
Peer peer_of(const sockaddr &) noexcept;
// A connected socket's own peer, whatever was said on it.
Peer peer_of_socket(int fd) noexcept;

struct Opened {
    int fd;
    SocketFile file; // of a Unix socket: remove it before closing the socket
};

// A listening, non-blocking socket for "127.0.0.1:3001", "[::1]:3001" or "unix:/path".  Throws when
// the address is not valid or the system refuses.  A Unix socket's file gets `mode`; a file left by
// a dead daemon is replaced, one that answers is an error.  When several open one path at the same
// time, one gets it.
Opened open_listener(const std::string &address, unsigned mode);
// The address a socket is bound to, in the form open_listener() takes.
std::string bound_address(int fd);
// The path of "unix:/path"; empty for others.
std::string unix_path(const std::string &address);

} // namespace roomd::net
