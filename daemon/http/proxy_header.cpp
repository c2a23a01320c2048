#include "http/proxy_header.hpp"

#include "base/ascii.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace roomd::http {

namespace {

using base::Address;
using Step = ProxyHeader::Step;

constexpr std::string_view line_begin = "PROXY ";
constexpr std::size_t longest_line = 107; // with its CRLF
constexpr std::string_view signature("\r\n\r\n\0\r\nQUIT\n", 12);
constexpr std::size_t told = 5;   // bytes of it: with the zero that no text has
constexpr std::size_t fixed = 16; // bytes of version 2 that it always has

// Version 2's numbers.
enum Command : unsigned { local = 0, proxy = 1 };
enum Family : unsigned { unspecified = 0, ipv4 = 1, ipv6 = 2, unix_socket = 3 };
enum Transport : unsigned { stream = 1, datagram = 2 };
constexpr std::array<std::size_t, 4> address_bytes{0, 12, 36, 216}; // by family
constexpr unsigned char crc32c_type = 3;

ProxyHeader malformed(const char *why) noexcept {
    return {Step::malformed, 0, {}, why};
}

ProxyHeader done(std::size_t size, std::optional<Address> client) noexcept {
    return {Step::done, size, client, nullptr};
}

unsigned byte(std::string_view bytes, std::size_t at) noexcept {
    return static_cast<unsigned char>(bytes[at]);
}

unsigned number16(std::string_view bytes, std::size_t at) noexcept {
    return byte(bytes, at) << 8 | byte(bytes, at + 1);
}

// As peers of sockets are: an IPv4 address in IPv6 is IPv4.
Address plain(Address address) noexcept {
    constexpr std::array<std::uint8_t, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
    if (address.kind != Address::Kind::v6 ||
        !std::equal(mapped.begin(), mapped.end(), address.bytes.begin()))
        return address;
    Address out;
    out.kind = Address::Kind::v4;
    std::copy_n(address.bytes.begin() + mapped.size(), 4, out.bytes.begin());
    return out;
}

// ---- version 1 -------------------------------------------------------------------------------

// The next word; one space stands before each.
std::string_view next_word(std::string_view &line) noexcept {
    const std::size_t end = std::min(line.find(' '), line.size());
    const std::string_view word = line.substr(0, end);
    line.remove_prefix(std::min(end + 1, line.size()));
    return word;
}

bool is_port(std::string_view text) noexcept {
    if (text.empty() || text.size() > 5 || (text[0] == '0' && text.size() > 1)) return false;
    unsigned value = 0;
    for (const char c : text) {
        if (!base::is_digit(c)) return false;
        value = value * 10 + static_cast<unsigned>(c - '0');
    }
    return value <= 65535;
}

std::optional<Address> address_of(std::string_view text, Address::Kind kind) noexcept {
    constexpr std::size_t longest_text = 45;
    if (text.empty() || text.size() > longest_text || text.find('\0') != std::string_view::npos)
        return std::nullopt;
    const Address address = base::address_from(std::string(text));
    if (address.kind != kind) return std::nullopt;
    return plain(address);
}

ProxyHeader read_line(std::string_view seen) noexcept {
    const std::string_view most = seen.substr(0, longest_line);
    const std::size_t end = most.find('\n');
    if (end == std::string_view::npos)
        return seen.size() < longest_line ? ProxyHeader() : malformed("its line is too long");
    if (most[end - 1] != '\r') return malformed("its line does not end in CR LF");
    std::string_view line = most.substr(line_begin.size(), end - 1 - line_begin.size());
    const std::string_view family = next_word(line);
    if (family == "UNKNOWN") return done(end + 1, {});
    const bool four = family == "TCP4";
    if (!four && family != "TCP6") return malformed("its family is not TCP4, TCP6 or UNKNOWN");
    const auto kind = four ? Address::Kind::v4 : Address::Kind::v6;
    const auto from = address_of(next_word(line), kind);
    const auto to = address_of(next_word(line), kind);
    if (!from || !to) return malformed("its addresses are not of its family");
    const std::string_view from_port = next_word(line);
    if (!is_port(from_port) || !is_port(line)) return malformed("its ports are not numbers");
    return done(end + 1, from);
}

// ---- version 2 -------------------------------------------------------------------------------

std::uint32_t crc32c(std::string_view bytes, std::size_t skipped) noexcept {
    std::uint32_t crc = 0xFFFFFFFFu;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (i < skipped || i >= skipped + 4) crc ^= byte(bytes, i); // else as if it were 0
        for (int bit = 0; bit < 8; ++bit)
            crc = crc >> 1 ^ (0x82F63B78u & (0u - (crc & 1u)));
    }
    return ~crc;
}

// Nothing in what follows the addresses is needed; but it must be well-formed, and a checksum
// right.
const char *fault_of_rest(std::string_view header, std::size_t at) noexcept {
    while (at < header.size()) {
        if (header.size() - at < 3) return "its last field is cut";
        const unsigned type = byte(header, at);
        const std::size_t size = number16(header, at + 1);
        at += 3;
        if (header.size() - at < size) return "a field is longer than the header";
        if (type == crc32c_type) {
            if (size != 4) return "its checksum has not four bytes";
            const std::uint32_t sent = number16(header, at) << 16 | number16(header, at + 2);
            if (crc32c(header, at) != sent) return "its checksum is wrong";
        }
        at += size;
    }
    return nullptr;
}

Address address_at(std::string_view bytes, Address::Kind kind) noexcept {
    Address out;
    out.kind = kind;
    const std::size_t size = kind == Address::Kind::v4 ? 4 : 16;
    std::transform(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size),
                   out.bytes.begin(), [](char c) { return static_cast<std::uint8_t>(c); });
    return plain(out);
}

ProxyHeader read_binary(std::string_view seen) noexcept {
    if (seen.size() < fixed) return {};
    const unsigned version = byte(seen, 12) >> 4, command = byte(seen, 12) & 15u;
    const unsigned family = byte(seen, 13) >> 4, transport = byte(seen, 13) & 15u;
    const std::size_t size = fixed + number16(seen, 14);
    if (version != 2) return malformed("its version is neither 1 nor 2");
    if (command > proxy) return malformed("its command is neither LOCAL nor PROXY");
    if (size > ProxyHeader::longest) return malformed("it is longer than 4096 bytes");
    if (command == proxy) {
        if (family > unix_socket) return malformed("its address family is unknown");
        if (transport > datagram) return malformed("its transport is unknown");
        if (size - fixed < address_bytes[family])
            return malformed("it is too short for its addresses");
    }
    if (seen.size() < size) return {};
    const std::string_view header = seen.substr(0, size);
    if (command == local) return done(size, {}); // the rest is of no meaning
    if (const char *why = fault_of_rest(header, fixed + address_bytes[family]))
        return malformed(why);
    if (transport != stream || family == unspecified || family == unix_socket)
        return done(size, {});
    return done(size, address_at(header.substr(fixed),
                                 family == ipv4 ? Address::Kind::v4 : Address::Kind::v6));
}

bool agree(std::string_view seen, std::string_view begin) noexcept {
    const std::size_t both = std::min(seen.size(), begin.size());
    return seen.substr(0, both) == begin.substr(0, both);
}

} // namespace

ProxyHeader read_proxy_header(std::string_view seen) noexcept {
    const bool line = agree(seen, line_begin);
    if (!line && !agree(seen, signature)) return malformed("there is none");
    if (seen.size() < line_begin.size()) return {};
    return line ? read_line(seen) : read_binary(seen);
}

bool begins_as_proxy_header(std::string_view bytes) noexcept {
    return bytes.starts_with(line_begin) || bytes.starts_with(signature.substr(0, told));
}

bool may_be_proxy_header(std::string_view five) noexcept {
    return five.starts_with(line_begin.substr(0, told)) ||
           five.starts_with(signature.substr(0, told));
}

} // namespace roomd::http
