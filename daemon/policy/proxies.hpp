#pragma once

#include "base/result.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace roomd::policy {

// An IP address in network order; IPv4 as ::ffff:a.b.c.d, so that both are compared in the same
// way.
using Address = std::array<std::uint8_t, 16>;

// "192.0.2.1", "2001:db8::1"; with a port as proxies write it: "192.0.2.1:80", "[2001:db8::1]:80".
// Nothing for names, "unknown" and the like.
std::optional<Address> parse_address(std::string_view text);

// The proxies that are trusted to name the client's address.
class Proxies {
public:
    // "192.0.2.1", "10.0.0.0/8", "2001:db8::/32", or "unix" for peers over a Unix socket.
    struct Net {
        Address base{};
        unsigned bits = 0;
        bool unix_socket = false;
        friend bool operator==(const Net &, const Net &) = default;
    };
    static base::Result<Net> parse(std::string_view text);

    Proxies() = default;
    explicit Proxies(std::vector<Net> nets) : nets_(std::move(nets)) {}

    bool any() const noexcept { return !nets_.empty(); }
    bool trusts(const Address &) const noexcept;
    bool trusts_unix() const noexcept;

    // The client behind a trusted proxy, by the X-Forwarded-For it sent.  Each proxy appends the
    // peer it saw, so it is the first from the right that is not a trusted proxy; anyone may have
    // written what is left of it.  Nothing when that is not an address.
    std::optional<Address> client(std::string_view forwarded_for) const;

private:
    std::vector<Net> nets_;
};

} // namespace roomd::policy
