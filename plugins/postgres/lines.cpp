#include "postgres/lines.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace roomd::postgres {
namespace {

constexpr std::size_t column = 10; // where the texts begin

} // namespace

std::string shown(std::string_view text, std::size_t most) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        // U+0080 to U+009F are controls too.
        const bool c1 =
            byte == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0;
        if (byte == '\n' || byte == '\t' || byte == '\r') {
            out += ' ';
        } else if (byte < 0x20 || byte == 0x7f || c1) {
            out += '?';
            i += c1 ? 1 : 0;
        } else {
            out += text[i];
        }
    }
    while (!out.empty() && out.back() == ' ')
        out.pop_back();
    if (out.size() <= most) return out;
    std::size_t end = most - 3;
    while (end > 0 && (static_cast<unsigned char>(out[end]) & 0xC0) == 0x80)
        --end;
    return out.substr(0, end) + "...";
}

std::string counted(std::int64_t number, const char *one, const char *many) {
    return std::to_string(number) + ' ' + (number == 1 ? one : many);
}

std::string size_of(std::int64_t bytes) {
    static constexpr std::array units{"bytes", "KiB", "MiB", "GiB", "TiB"};
    std::size_t unit = 0;
    auto size = static_cast<double>(bytes);
    for (; size >= 1024 && unit + 1 < units.size(); ++unit)
        size /= 1024;
    return std::to_string(static_cast<std::int64_t>(std::llround(size))) + ' ' + units[unit];
}

std::string time_of(double seconds) {
    using Unit = std::pair<double, const char *>;
    static constexpr std::array<Unit, 4> units{
        {{86400, "days"}, {3600, "h"}, {60, "min"}, {1, "s"}}};
    if (seconds < 2) return std::to_string(std::llround(std::max(seconds, 0.0) * 1000)) + " ms";
    // From two of a unit on: "90 min", "47 h".
    const auto *const unit = std::find_if(
        units.begin(), units.end(), [&](const Unit &one) { return seconds >= 2 * one.first; });
    return std::to_string(static_cast<std::int64_t>(seconds / unit->first)) + ' ' + unit->second;
}

Lines &Lines::add(std::string_view name, const std::string &text) {
    text_ += name;
    text_.append(name.size() < column ? column - name.size() : 1, ' ');
    text_ += text + '\n';
    return *this;
}

Lines &Lines::below(const std::string &text) {
    text_ += "  " + text + '\n';
    return *this;
}

} // namespace roomd::postgres
