#include "config/key_url.hpp"

#include "base/ascii.hpp"

#include <algorithm>
#include <charconv>

namespace roomd::config {
namespace {

constexpr std::size_t longest = 2048;

bool is_plain(char c) noexcept {
    constexpr std::string_view others = "-._~!$&'()*+,;=:@/?%[]"; // RFC 3986, without '#'
    return base::is_alnum(c) || others.find(c) != std::string_view::npos;
}

// 127.0.0.0/8, written in full.
bool is_loopback_v4(std::string_view host) noexcept {
    unsigned parts = 0;
    while (true) {
        const std::string_view part = host.substr(0, host.find('.'));
        unsigned value = 0;
        const auto read = std::from_chars(part.data(), part.data() + part.size(), value);
        if (read.ec != std::errc{} || read.ptr != part.data() + part.size() || value > 255 ||
            (part.size() > 1 && part.front() == '0') || (parts == 0 && value != 127))
            return false;
        ++parts;
        if (part.size() == host.size()) return parts == 4;
        host.remove_prefix(part.size() + 1);
    }
}

bool is_port(std::string_view text) noexcept {
    unsigned value = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
    return read.ec == std::errc{} && read.ptr == text.data() + text.size() && value > 0 &&
           value <= 65535;
}

// "host", or "[v6]", with or without ":port"; the host, or nothing when it is malformed.
std::string_view host_of(std::string_view authority) noexcept {
    const bool bracketed = authority.starts_with('[');
    std::size_t end = bracketed ? authority.find(']') : authority.find(':');
    if (bracketed && end == std::string_view::npos) return {};
    if (bracketed) ++end;
    const std::string_view host = authority.substr(0, end);
    const std::string_view rest = authority.substr(host.size());
    if (!rest.empty() && (rest.front() != ':' || !is_port(rest.substr(1)))) return {};
    const bool plain = std::all_of(host.begin(), host.end(), [&](char c) {
        return base::is_alnum(c) || c == '.' || c == '-' ||
               (bracketed && (c == ':' || c == '[' || c == ']'));
    });
    return plain ? host : std::string_view{};
}

} // namespace

const char *key_url_fault(std::string_view url) noexcept {
    constexpr const char *how = "write https://host/path";
    constexpr std::string_view https = "https://", http = "http://";
    const bool plain_http = url.starts_with(http);
    if (!plain_http && !url.starts_with(https)) return how;
    if (url.size() > longest) return "at most 2048 characters";
    if (!std::all_of(url.begin(), url.end(), is_plain))
        return "no blanks, \"#\" or \"\\\"; others than ASCII as %xx";
    const std::string_view rest = url.substr(plain_http ? http.size() : https.size());
    const std::string_view authority = rest.substr(0, rest.find_first_of("/?"));
    if (authority.find('@') != std::string_view::npos)
        return "no user and password: key sets are public";
    const std::string_view host = host_of(authority);
    if (host.empty()) return how;
    if (plain_http && host != "localhost" && host != "[::1]" && !is_loopback_v4(host))
        return "use https: over http anyone on the way could put keys of their own in its place; "
               "http is for localhost, 127.0.0.1 and [::1]";
    return nullptr;
}

} // namespace roomd::config
