#pragma once

#include <cstdint>
#include <string_view>

namespace roomd::http {

// Checks text that comes in pieces, cut anywhere.
class Utf8 {
public:
    // False: nothing behind this piece can make it UTF-8; the checker is not used again.
    bool read(std::string_view piece) noexcept;
    // Whether the last piece ended at the end of a character.
    bool whole() const noexcept { return missing_ == 0; }

private:
    bool read(unsigned char byte) noexcept;

    std::uint8_t missing_ = 0;              // bytes to come of the current character
    std::uint8_t low_ = 0x80, high_ = 0xBF; // the range of the next one
};

} // namespace roomd::http
