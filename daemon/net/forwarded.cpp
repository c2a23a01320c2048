#include "net/forwarded.hpp"

#include <netinet/in.h>
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

} // namespace

bool is_proxy(const policy::Proxies &proxies, const Peer &peer) noexcept {
    if (!proxies.any()) return false;
    if (peer.kind == Peer::Kind::unix_socket) return proxies.trusts_unix();
    return proxies.trusts(address_of(peer));
}

std::optional<Peer> forwarded_for(const policy::Proxies &proxies, const http::Head &head) {
    const std::optional<std::string> chain = head.joined("x-forwarded-for");
    if (!chain) return std::nullopt;
    const std::optional<policy::Address> client = proxies.client(*chain);
    if (!client) return std::nullopt;
    return peer_at(*client);
}

bool forwarded_tls(const http::Head &head) {
    return head.find("x-forwarded-proto") == "https";
}

} // namespace roomd::net
