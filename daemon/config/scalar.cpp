#include "config/scalar.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <charconv>
#include <cstdint>
#include <limits>
#include <netinet/in.h>
#include <optional>
#include <string>
#include <sys/un.h>

namespace roomd::config {
namespace {

struct Unit {
    std::string_view name;
    std::uint64_t worth;
};

constexpr std::array durations{Unit{"ms", 1}, Unit{"s", 1000}, Unit{"m", 60000}, Unit{"h", 3600000},
                               Unit{"d", 86400000}};
constexpr std::array sizes{Unit{"B", 1},
                           Unit{"KiB", 1024},
                           Unit{"MiB", 1024 * 1024},
                           Unit{"GiB", 1024 * 1024 * 1024},
                           Unit{"KB", 1000},
                           Unit{"MB", 1000 * 1000},
                           Unit{"GB", 1000 * 1000 * 1000}};

// Takes the digits off the front of `text`.
std::optional<std::uint64_t> digits(std::string_view &text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{}) return {};
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return value;
}

template <std::size_t n>
std::optional<std::uint64_t> with_unit(std::string_view text, const std::array<Unit, n> &units) {
    // Far beyond any use, far below where a sum could overflow.
    constexpr std::uint64_t most = std::uint64_t{1} << 48;
    const auto number = digits(text);
    const auto unit =
        std::find_if(units.begin(), units.end(), [&](const Unit &u) { return u.name == text; });
    if (!number || unit == units.end() || *number > most / unit->worth) return {};
    return *number * unit->worth;
}

bool is_port(std::string_view text) {
    const std::string_view all = text;
    const auto port = digits(text);
    return port && text.empty() && *port <= 65535 && (all == "0" || all[0] != '0');
}

bool is_loopback(const in6_addr &a) {
    const bool mapped = IN6_IS_ADDR_V4MAPPED(&a);
    return IN6_IS_ADDR_LOOPBACK(&a) || (mapped && a.s6_addr[12] == 127);
}

base::Result<Address> parse_unix(std::string_view path) {
    if (path.find('\0') != std::string_view::npos)
        return base::Error{"an address must not contain NUL"};
    if (path.empty() || path[0] != '/')
        return base::Error{"a Unix socket needs an absolute path: unix:/run/roomd/emit.sock"};
    if (path.size() >= sizeof(sockaddr_un::sun_path))
        return base::Error{"the path of a Unix socket has at most 107 bytes"};
    if (path.back() == '/') return base::Error{"the path of a Unix socket names a file"};
    return Address{true, true};
}

} // namespace

base::Result<base::Duration> parse_duration(std::string_view text) {
    const auto ms = with_unit(text, durations);
    if (!ms) return base::Error{"a duration is a whole number and a unit: 300ms, 25s, 1m, 2h, 1d"};
    return base::Duration{static_cast<std::int64_t>(*ms)};
}

base::Result<std::size_t> parse_size(std::string_view text) {
    const auto bytes = with_unit(text, sizes);
    if (!bytes)
        return base::Error{"a size is a whole number and a unit: 512B, 16KiB, 1MiB, 64KB, 1MB"};
    return static_cast<std::size_t>(*bytes);
}

base::Result<std::size_t> parse_count(std::string_view text) {
    const std::string_view all = text;
    const auto number = digits(text);
    if (!number || !text.empty() || (all.size() > 1 && all[0] == '0'))
        return base::Error{"a count is a whole number"};
    return static_cast<std::size_t>(*number);
}

base::Result<unsigned> parse_mode(std::string_view text) {
    const bool octal =
        std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '7'; });
    unsigned mode = 0;
    for (const char c : text)
        mode = octal && mode <= 07777 ? mode * 8 + static_cast<unsigned>(c - '0') : mode;
    if (!octal || text.size() < 3 || text.size() > 4 || (mode & ~0666u) != 0)
        return base::Error{"a mode is three or four octal digits of read and write: 0660"};
    return mode;
}

base::Result<Address> parse_address(std::string_view text) {
    constexpr std::string_view unix_prefix = "unix:";
    if (text.starts_with(unix_prefix)) return parse_unix(text.substr(unix_prefix.size()));
    if (text.find('\0') != std::string_view::npos)
        return base::Error{"an address must not contain NUL"};
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos)
        return base::Error{"an address has a port: 127.0.0.1:3001, [::1]:3001"};
    std::string host(text.substr(0, colon));
    if (!is_port(text.substr(colon + 1))) return base::Error{"a port is a number up to 65535"};
    in_addr v4{};
    if (inet_pton(AF_INET, host.c_str(), &v4) == 1)
        return Address{false, (ntohl(v4.s_addr) >> 24) == 127};
    if (host == "localhost")
        return base::Error{"a name is not an address: write 127.0.0.1 and, in an entry of its own, "
                           "[::1]"};
    if (host.size() >= 2 && host.front() == '[' && host.back() == ']') {
        in6_addr v6{};
        const std::string inner = host.substr(1, host.size() - 2);
        if (inet_pton(AF_INET6, inner.c_str(), &v6) == 1) return Address{false, is_loopback(v6)};
        return base::Error{"there is no IPv6 address between the brackets"};
    }
    if (host.find(':') != std::string::npos)
        return base::Error{"an IPv6 address is written in brackets: [::1]:3001"};
    return base::Error{"a numeric address is needed: 127.0.0.1:3001, 0.0.0.0:3001, [::]:3001"};
}

} // namespace roomd::config
