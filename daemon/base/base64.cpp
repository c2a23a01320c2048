#include "base/base64.hpp"

#include <array>

namespace roomd::base {
namespace {

constexpr char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::array<signed char, 256> make_values() {
    std::array<signed char, 256> values{};
    for (auto &value : values)
        value = -1;
    for (int i = 0; i < 64; ++i)
        values[static_cast<unsigned char>(alphabet[i])] = static_cast<signed char>(i);
    values[static_cast<unsigned char>('-')] = 62;
    values[static_cast<unsigned char>('_')] = 63;
    return values;
}
constexpr auto values = make_values();

} // namespace

void append_base64(std::string &out, std::string_view bytes) {
    out.reserve(out.size() + (bytes.size() + 2) / 3 * 4);
    std::size_t i = 0;
    const auto at = [&](std::size_t k) { return unsigned{static_cast<unsigned char>(bytes[k])}; };
    for (; i + 3 <= bytes.size(); i += 3) {
        const unsigned bits = at(i) << 16 | at(i + 1) << 8 | at(i + 2);
        for (int shift = 18; shift >= 0; shift -= 6)
            out += alphabet[(bits >> shift) & 63];
    }
    if (const std::size_t left = bytes.size() - i; left > 0) {
        const unsigned bits = at(i) << 16 | (left == 2 ? at(i + 1) << 8 : 0);
        out += alphabet[bits >> 18];
        out += alphabet[(bits >> 12) & 63];
        out += left == 2 ? alphabet[(bits >> 6) & 63] : '=';
        out += '=';
    }
}

std::string base64(std::string_view bytes) {
    std::string out;
    append_base64(out, bytes);
    return out;
}

std::string unbase64(std::string_view text) {
    std::string out;
    out.reserve(text.size() / 4 * 3 + 3);
    unsigned bits = 0;
    int have = 0;
    for (const char c : text) {
        if (c == '=') break;
        const signed char value = values[static_cast<unsigned char>(c)];
        if (value < 0) continue;
        bits = (bits << 6 | static_cast<unsigned>(value)) & 0xFFFFFF;
        have += 6;
        if (have >= 8) {
            have -= 8;
            out += static_cast<char>((bits >> have) & 0xFF);
        }
    }
    return out;
}

std::string base64url(std::string_view bytes) {
    std::string out = base64(bytes);
    while (!out.empty() && out.back() == '=')
        out.pop_back();
    for (char &c : out)
        c = c == '+' ? '-' : c == '/' ? '_' : c;
    return out;
}

std::optional<std::string> unbase64url(std::string_view text) {
    if (text.find_first_of("+/") != std::string_view::npos || text.size() % 4 == 1) return {};
    std::string out;
    out.reserve(text.size() / 4 * 3 + 3);
    unsigned bits = 0;
    int have = 0;
    for (const char c : text) {
        const signed char value = values[static_cast<unsigned char>(c)];
        if (value < 0) return {};
        bits = (bits << 6 | static_cast<unsigned>(value)) & 0xFFFFFF;
        have += 6;
        if (have < 8) continue;
        have -= 8;
        out += static_cast<char>((bits >> have) & 0xFF);
    }
    if ((bits & ((1u << have) - 1)) != 0) return {};
    return out;
}

} // namespace roomd::base
