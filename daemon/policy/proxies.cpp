#include "policy/proxies.hpp"

#include "base/text.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <string>

namespace roomd::policy {
namespace {

constexpr unsigned address_bits = 128, before_v4 = 96;
constexpr const char *how_to_write = "write 192.0.2.1, 10.0.0.0/8, 2001:db8::/32 or unix";

// Only digits: what follows a colon or a slash.
std::optional<unsigned> parse_number(std::string_view text, unsigned most) noexcept {
    unsigned out = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (error != std::errc() || end != text.data() + text.size() || out > most) return {};
    return out;
}

std::optional<Address> parse_bare(std::string_view text) {
    if (text.size() >= INET6_ADDRSTRLEN || text.find('\0') != std::string_view::npos) return {};
    const std::string whole(text);
    Address out{};
    if (inet_pton(AF_INET6, whole.c_str(), out.data()) == 1) return out;
    in_addr v4{};
    if (inet_pton(AF_INET, whole.c_str(), &v4) != 1) return {};
    out[10] = out[11] = 0xFF;
    std::memcpy(out.data() + before_v4 / 8, &v4, sizeof v4);
    return out;
}

bool is_v4(const Address &address) noexcept {
    constexpr std::array<std::uint8_t, before_v4 / 8> mapped{0, 0, 0, 0, 0,   0,
                                                             0, 0, 0, 0, 255, 255};
    return std::equal(mapped.begin(), mapped.end(), address.begin());
}

bool within(const Address &address, const Address &base, unsigned bits) noexcept {
    const std::size_t whole = bits / 8;
    if (!std::equal(base.begin(), base.begin() + whole, address.begin())) return false;
    const unsigned rest = bits % 8;
    return rest == 0 || (address[whole] ^ base[whole]) >> (8 - rest) == 0;
}

} // namespace

std::optional<Address> parse_address(std::string_view text) {
    constexpr unsigned largest_port = 65535;
    if (text.starts_with('[')) {
        const std::size_t end = text.find(']');
        if (end == std::string_view::npos) return {};
        const std::string_view port = text.substr(end + 1), inner = text.substr(1, end - 1);
        if (inner.find(':') == std::string_view::npos) return {};
        if (!port.empty() && (port[0] != ':' || !parse_number(port.substr(1), largest_port)))
            return {};
        return parse_bare(inner);
    }
    const std::size_t colon = text.find(':');
    if (colon != std::string_view::npos && text.find(':', colon + 1) == std::string_view::npos) {
        if (!parse_number(text.substr(colon + 1), largest_port)) return {};
        text = text.substr(0, colon);
    }
    return parse_bare(text);
}

base::Result<Proxies::Net> Proxies::parse(std::string_view text) {
    Net out;
    if (text == "unix") {
        out.unix_socket = true;
        return out;
    }
    const std::size_t slash = text.find('/');
    const auto address = parse_bare(text.substr(0, slash));
    if (!address) return base::Error{how_to_write};
    out.base = *address;
    out.bits = address_bits;
    if (slash == std::string_view::npos) return out;
    const unsigned skipped =
        is_v4(*address) && text.find(':') == std::string_view::npos ? before_v4 : 0;
    const auto bits = parse_number(text.substr(slash + 1), address_bits - skipped);
    if (!bits) return base::Error{how_to_write};
    out.bits = *bits + skipped;
    if (*bits == 0)
        return base::Error{"a network of all addresses would trust every client's own word"};
    Address base{};
    for (unsigned bit = 0; bit < out.bits; ++bit)
        base[bit / 8] =
            static_cast<std::uint8_t>(base[bit / 8] | (out.base[bit / 8] & (0x80u >> (bit % 8))));
    if (base != out.base) return base::Error{"the address has bits set beyond the prefix length"};
    return out;
}

bool Proxies::trusts(const Address &address) const noexcept {
    return std::any_of(nets_.begin(), nets_.end(), [&](const Net &net) {
        return !net.unix_socket && within(address, net.base, net.bits);
    });
}

bool Proxies::trusts_unix() const noexcept {
    return std::any_of(nets_.begin(), nets_.end(), [](const Net &net) { return net.unix_socket; });
}

std::optional<Address> Proxies::client(std::string_view chain) const {
    for (;;) {
        const std::size_t comma = chain.rfind(',');
        const std::string_view last =
            base::trim(comma == std::string_view::npos ? chain : chain.substr(comma + 1));
        const auto address = parse_address(last);
        if (!address || comma == std::string_view::npos || !trusts(*address)) return address;
        chain = chain.substr(0, comma);
    }
}

} // namespace roomd::policy
