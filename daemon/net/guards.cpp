#include "net/guards.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace roomd::net {

namespace {

// Those of which libwebsockets assumes that a body follows.
bool takes_body(Method m) noexcept {
    return m == Method::post || m == Method::put || m == Method::patch;
}

bool lists(std::string_view header, std::string_view word) noexcept {
    while (!header.empty()) {
        const std::size_t comma = header.find(',');
        std::string_view part = header.substr(0, comma);
        while (!part.empty() && (part.front() == ' ' || part.front() == '\t'))
            part.remove_prefix(1);
        while (!part.empty() && (part.back() == ' ' || part.back() == '\t'))
            part.remove_suffix(1);
        if (base::equal_nocase(part, word)) return true;
        if (comma == std::string_view::npos) break;
        header.remove_prefix(comma + 1);
    }
    return false;
}

bool legal_version(std::string_view v) noexcept {
    return v == "HTTP/1.1" || v == "HTTP/1.0";
}

// What holds for every request.
std::optional<Fault> check_common(const Head &head) {
    if (!legal_version(head.version)) return Fault{505, "bad_version", "HTTP/1.1 is spoken here"};
    // libwebsockets hands out C strings: "websocket\0x" would pass for "websocket".
    if (head.has_nul) return Fault{400, "bad_header", "a header value holds a NUL"};
    // Two different hosts or lengths are how requests are smuggled past a proxy.
    if (head.repeated) return Fault{400, "bad_header", "a header that must be one is repeated"};
    if (head.disguised) return Fault{400, "bad_header", "a header's name ends in white space"};
    if (head.host.empty() && head.version == "HTTP/1.1")
        return Fault{400, "bad_host", "the Host header is missing"};
    if (head.host.find(',') != std::string::npos || has_illegal_byte(head.host))
        return Fault{400, "bad_host", "the Host header is not one host"};
    return std::nullopt;
}

} // namespace

std::optional<Fault> check_request(const Head &head, bool fresh, std::size_t &body) {
    body = 0;
    if (auto fault = check_common(head)) return fault;
    // Not decoded by 4.1.6: the chunks would be taken for the body, or for the next request.
    if (head.transfer_encoding)
        return Fault{411, "length_required", "Transfer-Encoding is not spoken here"};
    // Without a length 4.1.6 assumes 100 MB and never completes.
    if (takes_body(head.method) && !head.length_given)
        return Fault{411, "length_required", "the Content-Length header is missing"};
    if (head.length_given) {
        // It reads the length by atoll(): "-5" is endless, "5x" is 5, "3, 5" is 3.
        const auto length = parse_length(head.content_length);
        if (!length) return Fault{400, "bad_length", "Content-Length is not a number"};
        body = *length;
    }
    if (body > 0 && !takes_body(head.method))
        return Fault{400, "unexpected_body", "this method takes no body"};
    // A pipelined request with a body is replayed from libwebsockets' own buffer, where it takes
    // the header's bytes for the body and then never leaves its loop: one packet stops the daemon.
    if (body > 0 && !fresh)
        return Fault{400, "pipelined_body", "a request with a body must not be pipelined"};
    return std::nullopt;
}

std::optional<Fault> check_upgrade(const Head &head) {
    // A dangling upgrade on a kept-alive connection (CVE-2025-11677), and h2c.
    if (!base::equal_nocase(head.upgrade, "websocket"))
        return Fault{400, "bad_upgrade", "only websocket can be upgraded to"};
    if (auto fault = check_common(head)) return fault;
    if (head.method != Method::get) return Fault{400, "bad_method", "an upgrade must be a GET"};
    if (head.version != "HTTP/1.1") return Fault{400, "bad_version", "an upgrade needs HTTP/1.1"};
    if (head.transfer_encoding || head.length_given)
        return Fault{400, "unexpected_body", "an upgrade takes no body"};
    if (!lists(head.connection, "upgrade"))
        return Fault{400, "bad_upgrade", "Connection does not say upgrade"};
    if (head.ws_version != "13")
        return Fault{400, "bad_version", "Sec-WebSocket-Version is not 13"};
    if (!is_websocket_key(head.ws_key))
        return Fault{400, "bad_key", "Sec-WebSocket-Key is not 16 bytes in base64"};
    if (!head.subprotocols.empty() && first_subprotocol(head.subprotocols).empty())
        return Fault{400, "bad_protocol", "Sec-WebSocket-Protocol is too long or no list of words"};
    return std::nullopt;
}

std::optional<std::size_t> parse_length(std::string_view text) noexcept {
    if (text.empty() || text.size() > 12) return std::nullopt;
    std::size_t value = 0;
    for (const char c : text) {
        if (c < '0' || c > '9') return std::nullopt;
        value = value * 10 + static_cast<std::size_t>(c - '0');
    }
    return value;
}

bool is_websocket_key(std::string_view key) noexcept {
    if (key.size() != 24 || key.substr(22) != "==") return false;
    return std::all_of(key.begin(), key.begin() + 22, [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
               c == '+' || c == '/';
    });
}

std::string_view first_subprotocol(std::string_view list) noexcept {
    const std::string_view first = list.substr(0, list.find(','));
    const auto letter = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); };
    const bool word = std::all_of(first.begin(), first.end(), [&](char c) {
        return letter(c) || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
    });
    // Its buffers: 128 bytes for the list, 64 for a name.
    if (list.size() > 126 || first.empty() || first.size() > 63 || !word || !letter(first[0]))
        return {};
    return first;
}

bool has_illegal_byte(std::string_view value) noexcept {
    return std::any_of(value.begin(), value.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return (byte < 0x20 && byte != '\t') || byte == 0x7F;
    });
}

bool keeps_alive(const Head &head) noexcept {
    if (head.version == "HTTP/1.1") return !lists(head.connection, "close");
    return lists(head.connection, "keep-alive");
}

bool is_close_payload(std::string_view payload) noexcept {
    if (payload.empty()) return true;
    if (payload.size() < 2) return false;
    const unsigned code =
        static_cast<unsigned char>(payload[0]) * 256u + static_cast<unsigned char>(payload[1]);
    const bool defined =
        code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006;
    return (defined || (code >= 3000 && code <= 4999)) && base::is_utf8(payload.substr(2));
}

} // namespace roomd::net
