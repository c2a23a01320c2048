#pragma once

// What a byte is in ASCII, whatever the locale.
namespace roomd::base {

constexpr bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}

constexpr bool is_lower(char c) noexcept {
    return c >= 'a' && c <= 'z';
}

constexpr bool is_letter(char c) noexcept {
    return is_lower(c) || (c >= 'A' && c <= 'Z');
}

constexpr bool is_alnum(char c) noexcept {
    return is_letter(c) || is_digit(c);
}

constexpr bool is_hex(char c) noexcept {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// The value of a hexadecimal digit; -1 when it is not one.
constexpr int hex_value(char c) noexcept {
    if (!is_hex(c)) return -1;
    return is_digit(c) ? c - '0' : (c | 0x20) - 'a' + 10;
}

// TAB and line ends included.
constexpr bool is_control(char c) noexcept {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

} // namespace roomd::base
