#include "net/upgrade.hpp"

#include "base/ascii.hpp"
#include "base/base64.hpp"
#include "http/bytes.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <stdexcept>

namespace roomd::net {

namespace {

constexpr std::string_view guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
constexpr std::size_t most_subprotocol = 128;

// 24 characters of base64 for 16 bytes.
bool is_key(std::string_view key) noexcept {
    if (key.size() != 24 || key.substr(22) != "==") return false;
    return std::all_of(key.begin(), key.begin() + 22,
                       [](char c) { return base::is_alnum(c) || c == '+' || c == '/'; });
}

bool is_word(std::string_view text) noexcept {
    return !text.empty() && text.size() <= most_subprotocol && http::token_bytes.hold(text);
}

// Looked up once: that takes longer than a digest.
const EVP_MD *sha1() noexcept {
    static const EVP_MD *const found = EVP_MD_fetch(nullptr, "SHA1", nullptr);
    return found;
}

std::string accept_key(std::string_view key) {
    const std::string text = std::string(key).append(guid);
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    EVP_Digest(text.data(), text.size(), digest, &size, sha1(), nullptr);
    return base::base64({reinterpret_cast<const char *>(digest), size});
}

} // namespace

void prepare_upgrades() {
    if (sha1() == nullptr || accept_key({}).size() != 28)
        throw std::runtime_error("OpenSSL offers no SHA-1, which websockets need");
}

bool wants_websocket(const http::Head &head) noexcept {
    return head.lists("upgrade", "websocket");
}

std::optional<http::Refusal> check_websocket(const http::Head &head) noexcept {
    using http::Refusal;
    if (head.method() != http::Method::get)
        return Refusal{400, "bad_method", "an upgrade must be a GET"};
    if (head.minor() != 1)
        return Refusal{
            400, "bad_version",
            "an upgrade needs HTTP/1.1: a proxy in front speaks HTTP/1.0 to us (nginx: set "
            "proxy_http_version 1.1)"};
    if (!head.lists("connection", "upgrade"))
        return Refusal{400, "bad_upgrade",
                       "the Connection header lacks upgrade: a proxy in front drops it (nginx: set "
                       "proxy_set_header Connection)"};
    if (head.has_body() || head.chunked())
        return Refusal{400, "unexpected_body", "an upgrade takes no body"};
    if (head.find("sec-websocket-version") != "13")
        return Refusal{400, "bad_version", "Sec-WebSocket-Version is not 13"};
    if (!is_key(head.find("sec-websocket-key").value_or(std::string_view())))
        return Refusal{400, "bad_key", "Sec-WebSocket-Key is not 16 bytes in base64"};
    const std::string_view offered =
        head.find("sec-websocket-protocol").value_or(std::string_view());
    if (!offered.empty() && first_subprotocol(head).empty())
        return Refusal{400, "bad_protocol",
                       "Sec-WebSocket-Protocol is too long or not a list of tokens"};
    return std::nullopt;
}

std::string_view first_subprotocol(const http::Head &head) noexcept {
    std::string_view list = head.find("sec-websocket-protocol").value_or(std::string_view());
    list = list.substr(0, list.find(','));
    while (!list.empty() && (list.back() == ' ' || list.back() == '\t'))
        list.remove_suffix(1);
    return is_word(list) ? list : std::string_view();
}

std::string switching(const http::Head &head) {
    std::string out = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                      "Connection: Upgrade\r\nSec-WebSocket-Accept: ";
    out += accept_key(*head.find("sec-websocket-key"));
    out += "\r\n";
    if (const std::string_view chosen = first_subprotocol(head); !chosen.empty())
        out.append("Sec-WebSocket-Protocol: ").append(chosen).append("\r\n");
    return out += "\r\n";
}

} // namespace roomd::net
