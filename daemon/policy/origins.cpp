#include "policy/origins.hpp"

#include "base/ascii.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <optional>
#include <utility>

namespace roomd::policy {
namespace {

constexpr std::size_t max_host = 253; // RFC 1035, section 2.3.4

// What a wildcard matches.
bool is_free(char c) noexcept {
    return base::is_lower(c) || base::is_digit(c) || c == '-';
}

bool is_scheme(std::string_view text) noexcept {
    return !text.empty() && base::is_lower(text.front()) &&
           std::all_of(text.begin(), text.end(), [](char c) {
               return base::is_lower(c) || base::is_digit(c) || c == '+' || c == '-' || c == '.';
           });
}

// Letters, digits, '-' and '_' in labels that are not empty; an IDN comes as punycode.
bool is_name(std::string_view text) noexcept {
    char before = '.';
    for (const char c : text) {
        if (c == '.' ? before == '.' : !is_free(c) && c != '_') return false;
        before = c;
    }
    return !text.empty() && text.size() <= max_host && before != '.';
}

// A host whose last label is a number is an address, for browsers too.
bool is_address(std::string_view host) noexcept {
    const auto label = host.substr(host.rfind('.') + 1);
    return !label.empty() && std::all_of(label.begin(), label.end(), base::is_digit);
}

// An address in its canonical form; nothing when `text` is not one.
std::optional<std::string> address(int family, const std::string &text) {
    std::array<unsigned char, sizeof(in6_addr)> bytes{};
    std::array<char, INET6_ADDRSTRLEN> shown{};
    if (inet_pton(family, text.c_str(), bytes.data()) != 1 ||
        inet_ntop(family, bytes.data(), shown.data(), shown.size()) == nullptr)
        return std::nullopt;
    return std::string(shown.data());
}

std::optional<std::string> parse_host(std::string_view text) {
    if (text.find('\0') != std::string_view::npos) return std::nullopt;
    if (text.starts_with('[') && text.ends_with(']')) {
        const auto found = address(AF_INET6, std::string(text.substr(1, text.size() - 2)));
        return found ? std::optional('[' + *found + ']') : std::nullopt;
    }
    if (!is_name(text)) return std::nullopt;
    return is_address(text) ? address(AF_INET, std::string(text)) : std::string(text);
}

std::uint16_t default_port(std::string_view scheme) noexcept {
    if (scheme == "http" || scheme == "ws") return 80;
    if (scheme == "https" || scheme == "wss") return 443;
    return 0;
}

// 1 to 65535 in plain digits, as every browser writes it; 0 when it is not that.
std::uint16_t port_of(std::string_view digits) noexcept {
    if (digits.empty() || digits.size() > 5 || digits.front() == '0' ||
        !std::all_of(digits.begin(), digits.end(), base::is_digit))
        return 0;
    unsigned port = 0;
    for (const char c : digits)
        port = port * 10 + static_cast<unsigned>(c - '0');
    return port <= 65535 ? static_cast<std::uint16_t>(port) : std::uint16_t{0};
}

} // namespace

base::Result<Origin> parse_origin(std::string_view text) {
    if (text == "null") return Origin{"null", "", 0};
    if (base::equal_nocase(text, "file://")) return Origin{"file", "", 0};
    const auto colon = text.find("://");
    if (colon == std::string_view::npos)
        return base::Error{"an origin is scheme://host, with a port where it is not the usual one"};
    Origin origin;
    origin.scheme = base::lower(text.substr(0, colon));
    if (!is_scheme(origin.scheme)) return base::Error{"the scheme of an origin is malformed"};

    const std::string rest = base::lower(text.substr(colon + 3));
    if (rest.find('@') != std::string::npos) return base::Error{"an origin must not name a user"};
    if (rest.find_first_of("/?#\\") != std::string::npos)
        return base::Error{"an origin must not have a path, not even a trailing slash"};

    std::string_view host = rest, port;
    const auto bracket = host.find(']');
    const auto last = host.find(':', bracket == std::string_view::npos ? 0 : bracket);
    const bool has_port = last != std::string_view::npos;
    if (has_port) {
        port = host.substr(last + 1);
        host = host.substr(0, last);
    }
    if (host.ends_with('.')) return base::Error{"the host of an origin must not end in a dot"};
    if (std::any_of(host.begin(), host.end(), [](char c) { return (c & 0x80) != 0; }))
        return base::Error{"the host of an origin must be written in punycode (xn--...)"};
    auto parsed = parse_host(host);
    if (!parsed) return base::Error{"the host of an origin is malformed"};
    origin.host = *std::move(parsed);
    origin.port = has_port ? port_of(port) : default_port(origin.scheme);
    if (has_port && origin.port == 0) return base::Error{"the port of an origin is malformed"};
    return origin;
}

// The wildcard is kept as its position: the origin without it is parsed like any other.
base::Result<OriginPattern> parse_pattern(std::string_view text) {
    OriginPattern pattern;
    pattern.text_ = text;
    if (text == "*") {
        pattern.star_ = OriginPattern::any_origin;
        return pattern;
    }
    const auto star = text.find('*');
    if (star != text.rfind('*')) return base::Error{"an origin may contain at most one \"*\""};
    std::string plain(text);
    if (star != std::string_view::npos) {
        // A letter in its place: if that is valid, so is whatever the wildcard may match.
        plain[star] = 'a';
        const auto scheme = text.find("://");
        const auto host = scheme == std::string_view::npos ? scheme : scheme + 3;
        const auto end = host == std::string_view::npos ? host : text.find(':', host);
        if (star < host || star > end || text.find('[') != std::string_view::npos)
            return base::Error{
                "\"*\" may appear only in the host of an origin, for one label or a part of one"};
        pattern.star_ = star - host;
    }
    auto origin = parse_origin(plain);
    if (!origin) return base::Error{origin.error()};
    pattern.origin_ = *std::move(origin);
    if (pattern.wild()) pattern.origin_.host.erase(pattern.star_, 1);
    return pattern;
}

std::string_view OriginPattern::behind() const noexcept {
    if (!wild() || any()) return {};
    const auto dot = origin_.host.find('.', star_);
    return dot == none ? std::string_view{} : std::string_view{origin_.host}.substr(dot + 1);
}

bool OriginPattern::same_as(const OriginPattern &other) const noexcept {
    return origin_ == other.origin_ && star_ == other.star_;
}

const char *OriginPattern::mismatch(const Origin &origin) const {
    if (any())
        return origin.host.empty() ? "the opaque origin matches only where it is named" : nullptr;
    if (origin.scheme != origin_.scheme) return "another scheme";
    if (const char *why = host_mismatch(origin.host)) return why;
    return origin.port == origin_.port ? nullptr : "another port";
}

const char *OriginPattern::host_mismatch(std::string_view host) const {
    if (!wild()) return host == origin_.host ? nullptr : "another host";
    const auto before = std::string_view{origin_.host}.substr(0, star_);
    const auto after = std::string_view{origin_.host}.substr(star_);
    if (host.size() <= before.size() + after.size() || !host.starts_with(before) ||
        !host.ends_with(after))
        return "another host";
    const auto free = host.substr(star_, host.size() - before.size() - after.size());
    if (!std::all_of(free.begin(), free.end(), is_free))
        return "\"*\" matches a-z, 0-9 and \"-\" inside one label";
    // In a.*.example.com what it matches may make x.example.com a suffix under which anyone can
    // register; the part right of it was checked when the configuration was read.
    const auto label = before.rfind('.');
    if (label != none && suffix_of(host.substr(label + 1)) != Suffix::none)
        return "\"*\" would match a part of a public suffix";
    return nullptr;
}

Suffix suffix_risk(const OriginPattern &pattern) {
    if (pattern.any()) return Suffix::private_;
    return pattern.wild() ? suffix_of(pattern.behind()) : Suffix::none;
}

} // namespace roomd::policy
