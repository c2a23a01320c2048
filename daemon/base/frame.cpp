#include "base/frame.hpp"

#include <cstring>
#include <new>

namespace roomd::base {
namespace {

constexpr unsigned char fin_text = 0x81;
constexpr unsigned char fin_binary = 0x82;

// A frame belongs to one loop, and a loop to its thread.
thread_local std::size_t alive_bytes = 0;

std::uint8_t head_size(std::size_t payload) noexcept {
    if (payload < 126) return 2;
    return payload < 65536 ? 4 : 10;
}

char *put_head(char *out, std::size_t payload, bool binary) noexcept {
    *out++ = static_cast<char>(binary ? fin_binary : fin_text);
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
    char *out = put_head(frame->data(), payload, binary);
    for (const auto part : parts) {
        if (part.empty()) continue;
        std::memcpy(out, part.data(), part.size());
        out += part.size();
    }
    return FrameRef(frame);
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
