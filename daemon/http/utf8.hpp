#pragma once

#include <cstdint>
#include <string_view>

namespace roomd::http {

// Text that comes in pieces, cut anywhere: each piece is checked as it comes.
class Utf8 {
public:
    // False: no bytes behind this piece can make it UTF-8 any more; the checker is not used again.
    bool read(std::string_view piece) noexcept;
    // Whether the last piece ended behind a letter, not inside it.
    bool whole() const noexcept { return missing_ == 0; }

private:
    bool read(unsigned char byte) noexcept;

    std::uint8_t missing_ = 0;              // bytes of the letter that has begun
    std::uint8_t low_ = 0x80, high_ = 0xBF; // what the next of them may be
};

} // namespace roomd::http
