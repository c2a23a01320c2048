#include "schema/format.hpp"

#include "base/ascii.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <netinet/in.h>

namespace roomd::schema {
namespace {

constexpr bool is_one_of(char c, std::string_view set) noexcept {
    return set.find(c) != std::string_view::npos;
}

// ---- RFC 3339 ----------------------------------------------------------------------------

bool take(std::string_view &text, char c) noexcept {
    if (!text.starts_with(c)) return false;
    text.remove_prefix(1);
    return true;
}

// `count` digits as a number, or -1.
int take_digits(std::string_view &text, std::size_t count) noexcept {
    if (text.size() < count) return -1;
    int value = 0;
    for (const char c : text.substr(0, count)) {
        if (!base::is_digit(c)) return -1;
        value = value * 10 + (c - '0');
    }
    text.remove_prefix(count);
    return value;
}

int days_in(int year, int month) noexcept {
    constexpr std::array<int, 12> days{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : days[static_cast<std::size_t>(month - 1)];
}

bool take_date(std::string_view &text) noexcept {
    const int year = take_digits(text, 4);
    if (year < 0 || !take(text, '-')) return false;
    const int month = take_digits(text, 2);
    if (month < 1 || month > 12 || !take(text, '-')) return false;
    const int day = take_digits(text, 2);
    return day >= 1 && day <= days_in(year, month);
}

// With its offset.  A leap second is the last one of a day in UTC.
bool take_time(std::string_view &text) noexcept {
    const int hour = take_digits(text, 2);
    if (hour < 0 || hour > 23 || !take(text, ':')) return false;
    const int minute = take_digits(text, 2);
    if (minute < 0 || minute > 59 || !take(text, ':')) return false;
    const int second = take_digits(text, 2);
    if (second < 0 || second > 60) return false;
    if (take(text, '.')) {
        const auto end = std::find_if_not(text.begin(), text.end(), base::is_digit);
        if (end == text.begin()) return false;
        text.remove_prefix(static_cast<std::size_t>(end - text.begin()));
    }
    int offset = 0; // minutes
    if (!take(text, 'Z') && !take(text, 'z')) {
        const int sign = text.starts_with('-') ? -1 : 1;
        if (!take(text, '+') && !take(text, '-')) return false;
        const int hours = take_digits(text, 2);
        if (hours < 0 || hours > 23 || !take(text, ':')) return false;
        const int minutes = take_digits(text, 2);
        if (minutes < 0 || minutes > 59) return false;
        offset = sign * (hours * 60 + minutes);
    }
    constexpr int day = 24 * 60;
    return second < 60 || (hour * 60 + minute - offset + 2 * day) % day == day - 1;
}

bool is_date(std::string_view text) noexcept {
    return take_date(text) && text.empty();
}

bool is_time(std::string_view text) noexcept {
    return take_time(text) && text.empty();
}

bool is_date_time(std::string_view text) noexcept {
    return take_date(text) && (take(text, 'T') || take(text, 't')) && take_time(text) &&
           text.empty();
}

// ---- names and addresses -------------------------------------------------------------------

template <class Address> bool is_address(int family, std::string_view text) noexcept {
    std::array<char, INET6_ADDRSTRLEN> copy{};
    Address address{};
    if (text.size() >= copy.size() || text.find('\0') != std::string_view::npos) return false;
    std::copy(text.begin(), text.end(), copy.begin());
    return inet_pton(family, copy.data(), &address) == 1;
}

bool is_ipv4(std::string_view text) noexcept {
    return is_address<in_addr>(AF_INET, text);
}

bool is_ipv6(std::string_view text) noexcept {
    return is_address<in6_addr>(AF_INET6, text);
}

// Calls fn with each part between `separator`s; false when fn returns false for one.
template <class Fn> bool each_part(std::string_view text, char separator, Fn fn) noexcept {
    for (;;) {
        const std::size_t end = std::min(text.find(separator), text.size());
        if (!fn(text.substr(0, end))) return false;
        if (end == text.size()) return true;
        text.remove_prefix(end + 1);
    }
}

// RFC 1123: labels of letters, digits and inner hyphens.
bool is_hostname(std::string_view text) noexcept {
    if (text.size() > 253) return false;
    return each_part(text, '.', [](std::string_view label) {
        return !label.empty() && label.size() <= 63 && label.front() != '-' &&
               label.back() != '-' && std::all_of(label.begin(), label.end(), [](char c) {
                   return base::is_alnum(c) || c == '-';
               });
    });
}

bool is_quoted_local(std::string_view text) noexcept {
    for (std::size_t i = 1; i + 1 < text.size(); ++i) {
        if (text[i] == '\\' && ++i + 1 == text.size()) return false;
        if (text[i] < ' ' || text[i] > '~' || (text[i] == '"' && text[i - 1] != '\\')) return false;
    }
    return text.size() >= 2 && text.back() == '"';
}

// RFC 5321: a mailbox, in ASCII.
bool is_email(std::string_view text) noexcept {
    const std::size_t at = text.rfind('@');
    if (text.size() > 254 || at == std::string_view::npos || at == 0 || at > 64) return false;
    const std::string_view local = text.substr(0, at);
    std::string_view domain = text.substr(at + 1);
    const auto is_atom = [](std::string_view atom) {
        return !atom.empty() && std::all_of(atom.begin(), atom.end(), [](char c) {
            return base::is_alnum(c) || is_one_of(c, "!#$%&'*+-/=?^_`{|}~");
        });
    };
    if (local.front() == '"' ? !is_quoted_local(local) : !each_part(local, '.', is_atom))
        return false;
    if (!domain.starts_with('[')) return is_hostname(domain);
    if (!domain.ends_with(']')) return false;
    domain = domain.substr(1, domain.size() - 2);
    if (domain.starts_with("IPv6:")) return is_ipv6(domain.substr(5));
    return is_ipv4(domain);
}

// 8-4-4-4-12 hexadecimal digits.
bool is_uuid(std::string_view text) noexcept {
    if (text.size() != 36) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;
        if (hyphen ? text[i] != '-' : !base::is_hex(text[i])) return false;
    }
    return true;
}

// ---- RFC 3986 ------------------------------------------------------------------------------

// Unreserved characters, sub-delimiters, those of `more`, and percent-encoded bytes.
bool is_encoded(std::string_view text, std::string_view more) noexcept {
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%') {
            if (text.size() - i < 3 || !base::is_hex(text[i + 1]) || !base::is_hex(text[i + 2]))
                return false;
            i += 2;
        } else if (!base::is_alnum(text[i]) && !is_one_of(text[i], "-._~!$&'()*+,;=") &&
                   !is_one_of(text[i], more)) {
            return false;
        }
    }
    return true;
}

bool is_host(std::string_view host) noexcept {
    if (!host.starts_with('[')) return is_encoded(host, "");
    if (!host.ends_with(']')) return false;
    host = host.substr(1, host.size() - 2);
    if (!host.starts_with('v')) return is_ipv6(host);
    const std::size_t dot = host.find('.');
    if (dot == std::string_view::npos || dot < 2 || dot + 1 == host.size()) return false;
    const std::string_view version = host.substr(1, dot - 1);
    return std::all_of(version.begin(), version.end(), base::is_hex) &&
           host.find('%') == std::string_view::npos && is_encoded(host.substr(dot + 1), ":");
}

bool is_authority(std::string_view text) noexcept {
    const std::size_t at = text.find('@');
    if (at != std::string_view::npos) {
        if (!is_encoded(text.substr(0, at), ":")) return false;
        text.remove_prefix(at + 1);
    }
    const std::size_t bracket = text.rfind(']');
    const std::size_t colon = text.find(':', bracket == std::string_view::npos ? 0 : bracket);
    if (colon != std::string_view::npos) {
        const std::string_view port = text.substr(colon + 1);
        if (!std::all_of(port.begin(), port.end(), base::is_digit)) return false;
        text = text.substr(0, colon);
    }
    return is_host(text);
}

// With its scheme.
bool is_uri(std::string_view text) noexcept {
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos || !base::is_letter(text.front())) return false;
    const std::string_view scheme = text.substr(0, colon);
    if (!std::all_of(scheme.begin(), scheme.end(),
                     [](char c) { return base::is_alnum(c) || is_one_of(c, "+-."); }))
        return false;
    text.remove_prefix(colon + 1);
    // Not find(): g++ 12 warns that its bound may be -1.
    const auto before = [&](char c) {
        return static_cast<std::size_t>(std::find(text.begin(), text.end(), c) - text.begin());
    };
    const std::size_t hash = before('#');
    if (hash < text.size() && !is_encoded(text.substr(hash + 1), ":@/?")) return false;
    text = text.substr(0, hash);
    const std::size_t question = before('?');
    if (question < text.size() && !is_encoded(text.substr(question + 1), ":@/?")) return false;
    text = text.substr(0, question);
    if (text.starts_with("//")) {
        const std::size_t slash = std::min(text.find('/', 2), text.size());
        if (!is_authority(text.substr(2, slash - 2))) return false;
        text.remove_prefix(slash);
    }
    return is_encoded(text, ":@/");
}

constexpr std::array formats{
    Format{"date-time", is_date_time, "2026-01-05T09:30:00Z"},
    Format{"date", is_date, "2026-01-05"},
    Format{"time", is_time, "09:30:00Z"},
    Format{"email", is_email, "ann@example.com"},
    Format{"hostname", is_hostname, "www.example.com"},
    Format{"ipv4", is_ipv4, "192.0.2.1"},
    Format{"ipv6", is_ipv6, "2001:db8::1"},
    Format{"uri", is_uri, "https://example.com/a?b#c"},
    Format{"uuid", is_uuid, "123e4567-e89b-12d3-a456-426614174000"},
};

} // namespace

const Format *find_format(std::string_view name) noexcept {
    const auto found = std::find_if(formats.begin(), formats.end(),
                                    [&](const Format &format) { return format.name == name; });
    return found == formats.end() ? nullptr : &*found;
}

std::vector<std::string_view> format_names() {
    std::vector<std::string_view> names;
    names.reserve(formats.size());
    for (const Format &format : formats)
        names.push_back(format.name);
    return names;
}

} // namespace roomd::schema
