#include "postgres/quoting.hpp"

#include <roomd/plugin.hpp>

#include <algorithm>

namespace roomd::postgres {
namespace {

constexpr std::size_t longest_name = 63;

bool is_control(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

} // namespace

std::string sql_name(std::string_view name) {
    if (name.empty()) throw Failure(ROOMD_INVALID, "a name is empty");
    if (name.size() > longest_name)
        throw Failure(ROOMD_INVALID,
                      "the name \"" + std::string(name) + "\" is longer than 63 bytes");
    if (std::any_of(name.begin(), name.end(), is_control))
        throw Failure(ROOMD_INVALID, "a name contains control characters");
    std::string out = "\"";
    for (const char c : name)
        out += c == '"' ? std::string("\"\"") : std::string(1, c);
    return out + '"';
}

std::string sql_text(std::string_view text) {
    static constexpr auto digits = "0123456789abcdef";
    std::string out = "'";
    bool escapes = false; // E'..': a backslash means the same with any standard_conforming_strings
    for (const char c : text) {
        if (c == '\0') throw Failure(ROOMD_INVALID, "a text contains NUL, which no server accepts");
        if (c == '\'') {
            out += "''";
        } else if (c == '\\') {
            out += "\\\\";
            escapes = true;
        } else if (is_control(c)) {
            const auto byte = static_cast<unsigned char>(c);
            out += {'\\', 'x', digits[byte >> 4], digits[byte & 15]};
            escapes = true;
        } else {
            out += c;
        }
    }
    return (escapes ? "E" : "") + out + '\'';
}

} // namespace roomd::postgres
