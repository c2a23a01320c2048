#include "session/other_parser.hpp"

#include "eio/codec.hpp"

#include <string>

namespace roomd::session {

namespace {

// A text of at most 255 bytes.
void append(std::string &out, std::string_view text) {
    if (text.size() < 32) {
        out += static_cast<char>(0xA0 | text.size());
    } else {
        out += '\xD9';
        out += static_cast<char>(text.size());
    }
    out += text;
}

// The value behind the key "nsp"; "/" when it cannot be read.
std::string_view namespace_of(std::string_view connect) noexcept {
    constexpr std::string_view key = "\xA3nsp";
    const std::size_t at = connect.find(key);
    if (at == std::string_view::npos) return "/";
    std::string_view rest = connect.substr(at + key.size());
    if (rest.empty()) return "/";
    const auto kind = static_cast<unsigned char>(rest.front());
    rest.remove_prefix(1);
    std::size_t size = kind & 0x1Fu;
    if (kind == 0xD9 && !rest.empty()) {
        size = static_cast<unsigned char>(rest.front());
        rest.remove_prefix(1);
    } else if ((kind & 0xE0u) != 0xA0) {
        return "/";
    }
    return size <= rest.size() ? rest.substr(0, size) : "/";
}

} // namespace

base::FrameRef refuse_msgpack(std::string_view connect) {
    constexpr std::string_view code = "parser_unknown";
    constexpr char map_of_2 = '\x82', map_of_3 = '\x83', connect_error = 4, no = '\xC2';
    std::string out(1, map_of_3);
    append(out, "type");
    out += connect_error;
    append(out, "data");
    out += map_of_2;
    append(out, "message");
    append(out, "this server understands only Socket.IO's default parser");
    append(out, "data");
    out += map_of_2;
    append(out, "code");
    append(out, code);
    append(out, "retryable");
    out += no;
    append(out, "nsp");
    append(out, namespace_of(connect));
    return eio::binary_message(out);
}

} // namespace roomd::session
