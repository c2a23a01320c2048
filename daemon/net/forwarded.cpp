#include "net/forwarded.hpp"

#include "net/core.hpp"
#include "net/head.hpp"

#include <libwebsockets.h>

#include <sys/socket.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <string>

namespace roomd::net {
namespace {

constexpr std::size_t before_v4 = 12; // of ::ffff:a.b.c.d

policy::Address address_of(const Peer &peer) noexcept {
    if (peer.kind == Peer::Kind::v6) return peer.bytes;
    policy::Address out{};
    out[10] = out[11] = 0xFF;
    std::copy_n(peer.bytes.begin(), 4, out.begin() + before_v4);
    return out;
}

Peer peer_at(const policy::Address &address) noexcept {
    sockaddr_in6 in{};
    in.sin6_family = AF_INET6;
    std::memcpy(&in.sin6_addr, address.data(), address.size());
    return peer_of(reinterpret_cast<const sockaddr &>(in));
}

// Of the connection itself, whatever its requests said.
Peer peer_of_socket(lws *wsi) noexcept {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    auto &any = reinterpret_cast<sockaddr &>(address);
    if (getpeername(lws_get_socket_fd(wsi), &any, &size) != 0) return {};
    return peer_of(any);
}

} // namespace

bool is_proxy(const policy::Proxies &proxies, const Peer &peer) noexcept {
    if (!proxies.any()) return false;
    if (peer.kind == Peer::Kind::unix_socket) return proxies.trusts_unix();
    return proxies.trusts(address_of(peer));
}

void look_behind_proxy(Conn &conn) {
    const Options &options = conn.core.options;
    const bool admin = options.listeners[conn.listener].side == Side::admin;
    if (admin || (!conn.proxied && !options.proxies.any())) return;
    // A reload may have changed whom we trust since it connected.
    const Peer own = conn.proxied ? peer_of_socket(conn.wsi) : conn.peer;
    const bool trusted = is_proxy(options.proxies, own);
    if (!conn.proxied && !trusted) return;
    conn.proxied = true; // for good: whom it spoke for before may have been anyone
    std::string chain;
    std::optional<policy::Address> client;
    if (trusted && read_header(conn.wsi, "x-forwarded-for", chain))
        client = options.proxies.client(chain);
    conn.core.speaks_for(conn, client ? peer_at(*client) : own);
}

bool came_by_tls(const Conn &conn) {
    const Options &options = conn.core.options;
    if (!options.listeners[conn.listener].certificate.empty()) return true;
    if (!conn.proxied || !is_proxy(options.proxies, peer_of_socket(conn.wsi))) return false;
    std::string scheme;
    return read_header(conn.wsi, "x-forwarded-proto", scheme) && scheme == "https";
}

} // namespace roomd::net
