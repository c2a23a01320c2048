#include "http/utf8.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <cstddef>

namespace roomd::http {

namespace {

// Bytes of the character that `byte` begins; 1 when it begins none.
std::size_t length_of(unsigned char byte) noexcept {
    if (byte < 0xC0) return 1;
    if (byte < 0xE0) return 2;
    return byte < 0xF0 ? 3 : 4;
}

// Bytes at the end of `text` that are an incomplete character.
std::size_t unfinished(std::string_view text) noexcept {
    for (std::size_t back = 1; back <= std::min<std::size_t>(3, text.size()); ++back) {
        const auto byte = static_cast<unsigned char>(text[text.size() - back]);
        if (byte >= 0xC0) return length_of(byte) > back ? back : 0;
    }
    return 0;
}

} // namespace

bool Utf8::read(std::string_view piece) noexcept {
    while (missing_ > 0 && !piece.empty()) {
        if (!read(static_cast<unsigned char>(piece.front()))) return false;
        piece.remove_prefix(1);
    }
    const std::size_t tail = unfinished(piece);
    if (!base::is_utf8(piece.substr(0, piece.size() - tail))) return false;
    for (const char c : piece.substr(piece.size() - tail))
        if (!read(static_cast<unsigned char>(c))) return false;
    return true;
}

// RFC 3629, 4: the second byte rules out overlong forms, surrogates and code points over U+10FFFF.
bool Utf8::read(unsigned char byte) noexcept {
    if (missing_ > 0) {
        const bool legal = byte >= low_ && byte <= high_;
        low_ = 0x80;
        high_ = 0xBF;
        --missing_;
        return legal;
    }
    if (byte < 0x80) return true;
    if (byte < 0xC2 || byte > 0xF4) return false;
    missing_ = static_cast<std::uint8_t>(length_of(byte) - 1);
    if (byte == 0xE0) low_ = 0xA0;
    if (byte == 0xED) high_ = 0x9F;
    if (byte == 0xF0) low_ = 0x90;
    if (byte == 0xF4) high_ = 0x8F;
    return true;
}

} // namespace roomd::http
