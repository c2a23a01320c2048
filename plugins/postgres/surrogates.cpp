#include "postgres/surrogates.hpp"

#include <algorithm>
#include <charconv>

namespace roomd::postgres {
namespace {

// What "\\uD83D" at the front of `text` says; 0 when none is there.
unsigned unit(std::string_view text) noexcept {
    if (text.size() < 6 || !text.starts_with("\\u")) return 0;
    unsigned out = 0;
    const auto read = std::from_chars(text.data() + 2, text.data() + 6, out, 16);
    return read.ptr == text.data() + 6 ? out : 0;
}

bool is_high(unsigned unit) noexcept {
    return unit >= 0xD800 && unit < 0xDC00;
}

bool is_low(unsigned unit) noexcept {
    return unit >= 0xDC00 && unit < 0xE000;
}

} // namespace

std::string without_halves(std::string_view json) {
    std::string out(json);
    for (std::size_t at = json.find('\\'); at < json.size(); at = json.find('\\', at)) {
        const std::string_view rest = json.substr(at);
        const unsigned first = unit(rest);
        if (is_high(first) && is_low(unit(rest.substr(6)))) {
            at += 12;
            continue;
        }
        if (is_high(first) || is_low(first)) out.replace(at, 6, "\\ufffd");
        at += first != 0 ? 6 : 2;
    }
    return out;
}

} // namespace roomd::postgres
