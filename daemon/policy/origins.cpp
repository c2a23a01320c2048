#include "policy/origins.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <utility>

namespace roomd::policy {
namespace {

constexpr std::size_t max_host = 253; // RFC 1035, section 2.3.4

bool is_lower(char c) noexcept {
    return c >= 'a' && c <= 'z';
}
bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}
bool is_hex(char c) noexcept {
    return is_digit(c) || (c >= 'a' && c <= 'f');
}

bool is_scheme(std::string_view text) noexcept {
    return !text.empty() && is_lower(text.front()) &&
           std::all_of(text.begin(), text.end(), [](char c) {
               return is_lower(c) || is_digit(c) || c == '+' || c == '-' || c == '.';
           });
}

// Letters, digits, '-' and '_' in labels that are not empty; an IDN comes as punycode.
bool is_name(std::string_view text) noexcept {
    char before = '.';
    for (const char c : text) {
        if (c == '.' ? before == '.' : !is_lower(c) && !is_digit(c) && c != '-' && c != '_')
            return false;
        before = c;
    }
    return !text.empty() && text.size() <= max_host && before != '.';
}

bool is_bracketed(std::string_view text) noexcept {
    return text.size() > 4 && text.size() <= 47 && text.front() == '[' && text.back() == ']' &&
           std::all_of(text.begin() + 1, text.end() - 1,
                       [](char c) { return is_hex(c) || c == ':' || c == '.'; });
}

std::uint16_t default_port(std::string_view scheme) noexcept {
    if (scheme == "http") return 80;
    if (scheme == "https") return 443;
    return 0;
}

// 1 to 65535 in plain digits, as every browser writes it; 0 when it is not that.
std::uint16_t port_of(std::string_view digits) noexcept {
    if (digits.empty() || digits.size() > 5 || digits.front() == '0' ||
        !std::all_of(digits.begin(), digits.end(), is_digit))
        return 0;
    unsigned port = 0;
    for (const char c : digits)
        port = port * 10 + static_cast<unsigned>(c - '0');
    return port <= 65535 ? static_cast<std::uint16_t>(port) : std::uint16_t{0};
}

} // namespace

base::Result<Origin> parse_origin(std::string_view text) {
    if (text == "null") return Origin{"null", "", 0};
    if (text.find('*') != std::string_view::npos)
        return base::Error{"a wildcard in an origin is not built yet"};
    const auto colon = text.find("://");
    if (colon == std::string_view::npos)
        return base::Error{"an origin is scheme://host, with a port where it is not the usual one"};
    Origin origin;
    origin.scheme = base::lower(text.substr(0, colon));
    if (!is_scheme(origin.scheme)) return base::Error{"the scheme of an origin is malformed"};

    const std::string rest = base::lower(text.substr(colon + 3));
    if (rest.find('@') != std::string::npos) return base::Error{"an origin names no user"};
    if (rest.find_first_of("/?#\\") != std::string::npos)
        return base::Error{"an origin has no path, not even a slash at its end"};

    std::string_view host = rest, port;
    const auto bracket = host.find(']');
    const auto last = host.find(':', bracket == std::string_view::npos ? 0 : bracket);
    const bool has_port = last != std::string_view::npos;
    if (has_port) {
        port = host.substr(last + 1);
        host = host.substr(0, last);
    }
    if (!is_name(host) && !is_bracketed(host))
        return base::Error{"the host of an origin is malformed"};
    origin.host = host;
    origin.port = has_port ? port_of(port) : default_port(origin.scheme);
    if (has_port && origin.port == 0) return base::Error{"the port of an origin is malformed"};
    return origin;
}

Origins::Origins(std::vector<Origin> allowed, Missing missing) :
    allowed_(std::move(allowed)),
    missing_(missing) {}

bool Origins::admits(std::string_view text) const {
    const auto origin = parse_origin(text);
    return origin && std::find(allowed_.begin(), allowed_.end(), *origin) != allowed_.end();
}

} // namespace roomd::policy
