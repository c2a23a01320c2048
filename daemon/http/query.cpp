#include "http/query.hpp"

#include "base/ascii.hpp"
#include "base/text.hpp"

#include <algorithm>

namespace roomd::http {
namespace {

std::string unescaped(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '+') {
            out += ' ';
        } else if (text[i] == '%' && i + 2 < text.size() && base::is_hex(text[i + 1]) &&
                   base::is_hex(text[i + 2])) {
            out +=
                static_cast<char>(base::hex_value(text[i + 1]) * 16 + base::hex_value(text[i + 2]));
            i += 2;
        } else {
            out += text[i];
        }
    }
    return out;
}

// How many bytes at the front of `bytes`, which is not well-formed, one U+FFFD replaces: those that
// could have begun a sequence (Unicode, 3.9: "substitution of maximal subparts").
std::size_t broken_sequence(std::string_view bytes) noexcept {
    const auto at = [&](std::size_t i) {
        return i < bytes.size() ? static_cast<unsigned char>(bytes[i]) : 0u;
    };
    const unsigned lead = at(0);
    if (lead < 0xE0 || lead > 0xF4) return 1;
    const unsigned low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    const unsigned high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    if (at(1) < low || at(1) > high) return 1;
    return lead >= 0xF0 && at(2) >= 0x80 && at(2) <= 0xBF ? 3 : 2;
}

std::string to_utf8(std::string text) {
    if (base::is_utf8(text)) return text;
    std::string out;
    for (std::string_view rest = text; !rest.empty();) {
        const std::size_t good = base::utf8_sequence(rest);
        if (good > 0)
            out += rest.substr(0, good);
        else
            out += "\xEF\xBF\xBD";
        rest.remove_prefix(good > 0 ? good : broken_sequence(rest));
    }
    return out;
}

} // namespace

Query parse_query(std::string_view raw, std::size_t most) {
    Query out;
    for (std::size_t seen = 0; !raw.empty() && seen < most; ++seen) {
        const auto member = raw.substr(0, raw.find('&'));
        raw.remove_prefix(std::min(raw.size(), member.size() + 1));
        if (member.empty()) continue;
        const auto name = member.substr(0, member.find('='));
        const auto value = member.substr(std::min(member.size(), name.size() + 1));
        out.emplace_back(to_utf8(unescaped(name)), to_utf8(unescaped(value)));
    }
    return out;
}

} // namespace roomd::http
