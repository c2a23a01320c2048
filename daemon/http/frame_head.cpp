#include "http/frame_head.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace roomd::http {

namespace {

bool is_known(unsigned opcode) noexcept {
    return opcode <= unsigned(Opcode::binary) ||
           (opcode >= unsigned(Opcode::close) && opcode <= unsigned(Opcode::pong));
}

std::uint64_t big_endian(std::string_view bytes) noexcept {
    std::uint64_t value = 0;
    for (const char c : bytes)
        value = value << 8 | static_cast<unsigned char>(c);
    return value;
}

std::uint16_t read_first(unsigned byte, OpenMessage message, FrameHead &head) noexcept {
    // No extension is ever negotiated, so the three reserved bits have no meaning.
    if ((byte & 0x70) != 0 || !is_known(byte & 0x0F)) return protocol_error;
    head.opcode = static_cast<Opcode>(byte & 0x0F);
    head.last = (byte & 0x80) != 0;
    if (head.is_control()) return head.last ? 0 : protocol_error;
    const bool continues = head.opcode == Opcode::continuation;
    if (continues != (message.fragments != 0)) return protocol_error;
    return message.fragments >= most_fragments ? against_policy : 0;
}

} // namespace

std::uint16_t read_head(std::string_view seen, OpenMessage message, std::size_t limit,
                        FrameHead &head) noexcept {
    head.size = 0;
    if (seen.empty()) return 0;
    const auto first = static_cast<unsigned char>(seen[0]);
    if (const std::uint16_t fault = read_first(first, message, head)) return fault;
    if (seen.size() < 2) return 0;
    const auto second = static_cast<unsigned char>(seen[1]);
    if ((second & 0x80) == 0) return protocol_error; // not masked
    const unsigned form = second & 0x7F;
    if (head.is_control() && form > FrameHead::longest_control) return protocol_error;
    const std::size_t more = form < 126 ? 0 : form == 126 ? 2 : 8;
    if (seen.size() < 2 + more) return 0;
    head.length = more == 0 ? form : big_endian(seen.substr(2, more));
    if (more == 2 && head.length < 126) return protocol_error;
    if (more == 8 && (head.length <= 0xFFFF || head.length >> 63 != 0)) return protocol_error;
    if (!head.is_control() && message.size + head.length > limit) return too_big;
    if (seen.size() < 2 + more + head.key.size()) return 0;
    std::copy_n(seen.begin() + 2 + more, head.key.size(), head.key.begin());
    head.size = 2 + more + head.key.size();
    return 0;
}

std::uint16_t close_code(std::string_view payload) noexcept {
    return static_cast<std::uint16_t>(big_endian(payload.substr(0, 2)));
}

std::uint16_t fault_of_close(std::string_view payload) noexcept {
    if (payload.empty()) return 0;
    if (payload.size() == 1) return protocol_error;
    const unsigned code = close_code(payload);
    const bool defined = code >= 1000 && code <= 1014 && (code < 1004 || code > 1006);
    if (!defined && (code < 3000 || code > 4999)) return protocol_error;
    if (!base::is_utf8(payload.substr(2))) return not_utf8;
    return 0;
}

} // namespace roomd::http
