#include "base/address.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

namespace roomd::base {

bool Address::loopback() const noexcept {
    if (kind == Kind::v4) return bytes[0] == 127;
    static constexpr std::array<std::uint8_t, 16> one{0, 0, 0, 0, 0, 0, 0, 0,
                                                      0, 0, 0, 0, 0, 0, 0, 1};
    return kind == Kind::v6 && bytes == one;
}

std::string Address::text() const {
    if (kind == Kind::unix_socket) return "unix";
    char out[INET6_ADDRSTRLEN] = "";
    inet_ntop(kind == Kind::v4 ? AF_INET : AF_INET6, bytes.data(), out, sizeof out);
    return out;
}

Address address_from(const std::string &text) noexcept {
    Address out;
    std::array<std::uint8_t, 16> bytes{};
    if (inet_pton(AF_INET, text.c_str(), bytes.data()) == 1) {
        out = {bytes, Address::Kind::v4};
    } else if (inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1) {
        out = {bytes, Address::Kind::v6};
    }
    return out;
}

} // namespace roomd::base
