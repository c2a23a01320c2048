#include "http/framing.hpp"

#include "base/text.hpp"
#include "http/bytes.hpp"
#include "http/list.hpp"

#include <array>

namespace roomd::http {
namespace {

enum class Known : std::uint8_t {
    host,
    content_length,
    transfer_encoding,
    origin,
    content_type,
    websocket_key,
    websocket_version,
    connection,
    expect
};

struct KnownField {
    std::string_view name;
    Known which;
    Refusal repeated; // without a status: it is a list
};

constexpr Refusal repeated(std::string_view message) noexcept {
    return {400, "bad_header", message};
}

constexpr std::array<KnownField, 9> known_fields{{
    {"host", Known::host, repeated("Host is repeated")},
    {"content-length", Known::content_length, repeated("Content-Length is repeated")},
    {"transfer-encoding", Known::transfer_encoding, repeated("Transfer-Encoding is repeated")},
    {"origin", Known::origin, repeated("Origin is repeated")},
    {"content-type", Known::content_type, repeated("Content-Type is repeated")},
    {"sec-websocket-key", Known::websocket_key, repeated("Sec-WebSocket-Key is repeated")},
    {"sec-websocket-version", Known::websocket_version,
     repeated("Sec-WebSocket-Version is repeated")},
    {"connection", Known::connection, {}},
    {"expect", Known::expect, {}},
}};

constexpr Refusal no_host{400, "bad_host", "the Host header is missing"};
constexpr Refusal bad_host{400, "bad_host", "Host is not one host"};
constexpr Refusal other_host{400, "bad_host", "Host and the target name different hosts"};
constexpr Refusal bad_length{400, "bad_length", "Content-Length is not a number"};
constexpr Refusal two_lengths{400, "bad_length", "both Content-Length and Transfer-Encoding"};
constexpr Refusal coding_in_1_0{400, "bad_length", "HTTP/1.0 has no Transfer-Encoding"};
constexpr Refusal other_coding{501, "unknown_coding", "the only Transfer-Encoding is chunked"};
constexpr Refusal bad_connection{400, "bad_header", "Connection is not a list of tokens"};
constexpr Refusal other_expectation{417, "unknown_expectation",
                                    "the only expectation is 100-continue"};

constexpr unsigned bit(Known which) noexcept {
    return 1u << static_cast<unsigned>(which);
}

const KnownField *known(std::string_view name) noexcept {
    for (const KnownField &field : known_fields)
        if (name.size() == field.name.size() && base::equal_nocase(name, field.name)) return &field;
    return nullptr;
}

} // namespace

const Refusal *Framing::take(const Field &field) noexcept {
    const KnownField *found = known(field.name);
    if (found == nullptr) return nullptr;
    if ((seen_ & bit(found->which)) != 0 && found->repeated.status != 0) return &found->repeated;
    seen_ |= bit(found->which);
    switch (found->which) {
    case Known::host: return host(field.value);
    case Known::content_length: return content_length(field.value);
    case Known::transfer_encoding: return transfer_encoding(field.value);
    case Known::connection: return connection(field.value);
    case Known::expect: return expect(field.value);
    default: return nullptr;
    }
}

const Refusal *Framing::end() const noexcept {
    return minor_ > 0 && (seen_ & bit(Known::host)) == 0 ? &no_host : nullptr;
}

const Refusal *Framing::host(std::string_view value) const noexcept {
    if (value.empty() || !host_bytes.hold(value)) return &bad_host;
    const bool same = authority_.empty() || base::equal_nocase(value, authority_);
    return same ? nullptr : &other_host;
}

const Refusal *Framing::content_length(std::string_view value) noexcept {
    if (value.empty() || value.size() > 12) return &bad_length; // a terabyte is too large anyway
    std::uint64_t length = 0;
    for (const char c : value) {
        if (c < '0' || c > '9') return &bad_length;
        length = length * 10 + static_cast<std::uint64_t>(c - '0');
    }
    length_ = length;
    return chunked_ ? &two_lengths : nullptr;
}

const Refusal *Framing::transfer_encoding(std::string_view value) noexcept {
    if (minor_ == 0) return &coding_in_1_0;
    if (!base::equal_nocase(value, "chunked")) return &other_coding;
    chunked_ = true;
    return length_ ? &two_lengths : nullptr;
}

const Refusal *Framing::connection(std::string_view value) noexcept {
    const bool bad = any_member(value, [&](std::string_view word) {
        asks_close_ = asks_close_ || base::equal_nocase(word, "close");
        asks_keep_alive_ = asks_keep_alive_ || base::equal_nocase(word, "keep-alive");
        return !token_bytes.hold(word);
    });
    return bad ? &bad_connection : nullptr;
}

const Refusal *Framing::expect(std::string_view value) noexcept {
    if (!base::equal_nocase(value, "100-continue")) return &other_expectation;
    expects_continue_ = minor_ > 0; // RFC 9110, 10.1.1
    return nullptr;
}

} // namespace roomd::http
