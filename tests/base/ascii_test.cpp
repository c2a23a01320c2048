#include "base/ascii.hpp"

#include <doctest/doctest.h>

#include <string_view>

using namespace roomd::base;

namespace {

// All bytes for which `is` holds, in their order.
template <class Is> std::string_view all(Is is, char (&out)[256]) {
    std::size_t size = 0;
    for (int byte = 0; byte < 256; ++byte)
        if (is(static_cast<char>(byte))) out[size++] = static_cast<char>(byte);
    return {out, size};
}

} // namespace

TEST_CASE("a byte is of its kind in ASCII, and above it of none") {
    char out[256];
    CHECK(all(is_digit, out) == "0123456789");
    CHECK(all(is_lower, out) == "abcdefghijklmnopqrstuvwxyz");
    CHECK(all(is_letter, out) == "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
    CHECK(all(is_alnum, out) == "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
    CHECK(all(is_hex, out) == "0123456789ABCDEFabcdef");
    CHECK(all(is_control, out).size() == 33);
    CHECK(is_control('\0'));
    CHECK(is_control('\t'));
    CHECK(is_control('\x1f'));
    CHECK(is_control('\x7f'));
    CHECK_FALSE(is_control('\x80'));
}

TEST_CASE("a hexadecimal digit has a value in either case, another byte none") {
    int next = 0;
    for (const char c : std::string_view("0123456789abcdef"))
        CHECK(hex_value(c) == next++);
    CHECK(hex_value('A') == 10);
    CHECK(hex_value('F') == 15);
    for (const char c : std::string_view("/:@Gg`\0\x10\xff", 9))
        CHECK(hex_value(c) == -1);
}
