#include "base/frame.hpp"

#include <cstring>
#include <new>

namespace roomd::base {
namespace {

constexpr int text_opcode = 1;
constexpr int binary_opcode = 2;

// A frame belongs to one loop, and a loop to its thread.
thread_local std::size_t alive_bytes = 0;

std::uint8_t head_size(std::size_t payload) noexcept {
    if (payload < 126) return 2;
    return payload < 65536 ? 4 : 10;
}

char *put_head(char *out, int opcode, bool last, std::size_t payload) noexcept {
    *out++ = static_cast<char>((last ? 0x80 : 0) | opcode);
    if (payload < 126) {
        *out++ = static_cast<char>(payload);
        return out;
    }
    const int bytes = payload < 65536 ? 2 : 8;
    *out++ = bytes == 2 ? 126 : 127;
    for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8)
        *out++ = static_cast<char>((payload >> shift) & 0xFF);
    return out;
}

} // namespace

FrameRef Frame::make(bool binary, std::initializer_list<std::string_view> parts) {
    std::size_t payload = 0;
    for (const auto part : parts)
        payload += part.size();
    const std::uint8_t head = head_size(payload);
    const std::size_t size = sizeof(Frame) + head + payload;
    void *memory = ::operator new(size);
    alive_bytes += size;
    auto *frame = new (memory) Frame(head + payload, head, binary);
    char *out = put_head(frame->data(), binary ? binary_opcode : text_opcode, true, payload);
    for (const auto part : parts) {
        if (part.empty()) continue;
        std::memcpy(out, part.data(), part.size());
        out += part.size();
    }
    return FrameRef(frame);
}

void append_frame(std::string &out, int opcode, bool last, std::string_view payload) {
    char head[10];
    out.append(head, put_head(head, opcode, last, payload.size()));
    out += payload;
}

FrameRef Frame::text(std::initializer_list<std::string_view> parts) {
    return make(false, parts);
}

FrameRef Frame::binary(std::string_view bytes) {
    return make(true, {bytes});
}

std::size_t Frame::alive() noexcept {
    return alive_bytes;
}

void Frame::destroy(Frame *frame) noexcept {
    alive_bytes -= sizeof(Frame) + frame->size_;
    frame->~Frame();
    ::operator delete(frame);
}

} // namespace roomd::base
