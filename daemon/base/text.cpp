#include "base/text.hpp"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <ctime>

namespace roomd::base {
namespace {

std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j)
        row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t above = row[j];
            row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1])});
            diagonal = above;
        }
    }
    return row[b.size()];
}

char lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

} // namespace

std::size_t utf8_sequence(std::string_view bytes) noexcept {
    if (bytes.empty()) return 0;
    const auto at = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
    const auto tail = [&](std::size_t i, unsigned low = 0x80, unsigned high = 0xBF) {
        return i < bytes.size() && at(i) >= low && at(i) <= high;
    };
    const unsigned first = at(0);
    if (first < 0x80) return 1;
    if (first >= 0xC2 && first <= 0xDF) return tail(1) ? 2 : 0;
    if (first >= 0xE0 && first <= 0xEF) {
        const unsigned low = first == 0xE0 ? 0xA0 : 0x80;
        const unsigned high = first == 0xED ? 0x9F : 0xBF;
        return tail(1, low, high) && tail(2) ? 3 : 0;
    }
    if (first >= 0xF0 && first <= 0xF4) {
        const unsigned low = first == 0xF0 ? 0x90 : 0x80;
        const unsigned high = first == 0xF4 ? 0x8F : 0xBF;
        return tail(1, low, high) && tail(2) && tail(3) ? 4 : 0;
    }
    return 0;
}

bool is_utf8(std::string_view bytes) noexcept {
    while (!bytes.empty()) {
        if (bytes.size() >= sizeof(std::uint64_t)) { // eight at a time: most text is ASCII
            std::uint64_t word;
            std::memcpy(&word, bytes.data(), sizeof word);
            if ((word & 0x8080808080808080u) == 0) {
                bytes.remove_prefix(sizeof word);
                continue;
            }
        }
        const std::size_t length = utf8_sequence(bytes);
        if (length == 0) return false;
        bytes.remove_prefix(length);
    }
    return true;
}

Rune first_rune(std::string_view text) noexcept {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned first = byte(0);
    if (first < 0x80) return {1, first, true};
    const std::size_t size = utf8_sequence(text);
    if (size == 0) return {1, first, false};
    char32_t code = first & (0xFFu >> (size + 1));
    for (std::size_t i = 1; i < size; ++i)
        code = (code << 6) | (byte(i) & 0x3Fu);
    return {size, code, true};
}

bool is_unseen(char32_t c) noexcept {
    return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x061C || c == 0x200E || c == 0x200F ||
           (c >= 0x2028 && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) || c == 0xFEFF;
}

void append_visible(std::string &out, std::string_view text, Breaks breaks) {
    const bool keep = breaks == Breaks::kept;
    while (!text.empty()) {
        std::size_t plain = 0;
        Rune rune{};
        for (; plain < text.size(); plain += rune.size) {
            rune = first_rune(text.substr(plain));
            const bool kept = keep && (rune.code == '\n' || rune.code == '\t');
            if (!rune.valid || (is_unseen(rune.code) && !kept)) break;
        }
        out += text.substr(0, plain);
        if (plain == text.size()) return;
        text.remove_prefix(plain + rune.size);
        char code[8];
        const int n = std::snprintf(code, sizeof code, rune.valid ? "\\u%04x" : "\\x%02x",
                                    static_cast<unsigned>(rune.code) & 0xFFFFu);
        out.append(code, static_cast<std::size_t>(n));
    }
}

std::string visible(std::string_view text, std::size_t limit) {
    std::string out;
    while (!text.empty()) {
        const std::size_t before = out.size();
        const std::size_t size = first_rune(text).size;
        append_visible(out, text.substr(0, size), Breaks::shown);
        if (out.size() > limit) {
            out.resize(before);
            return out += "...";
        }
        text.remove_prefix(size);
    }
    return out;
}

bool matches(std::string_view pattern, std::string_view name) noexcept {
    if (pattern.empty() || pattern.back() != '*') return pattern == name;
    pattern.remove_suffix(1);
    return name.starts_with(pattern);
}

std::string_view nearest(std::string_view word, const std::vector<std::string_view> &candidates) {
    constexpr std::size_t longest = 64; // a longer word is not a typo
    if (word.size() > longest) return {};
    std::string_view best;
    std::size_t best_distance = word.size() / 3 + 2;
    for (const auto candidate : candidates) {
        if (candidate.size() > longest) continue;
        const std::size_t d = distance(word, candidate);
        if (d < best_distance) {
            best_distance = d;
            best = candidate;
        }
    }
    return best;
}

std::string printable(std::string_view text, std::size_t limit) {
    std::string out;
    while (!text.empty() && out.size() < limit) {
        const Rune rune = first_rune(text);
        if (!rune.valid || is_unseen(rune.code)) {
            out += '?';
            text.remove_prefix(rune.size);
            continue;
        }
        if (out.size() + rune.size > limit) break;
        out += text.substr(0, rune.size);
        text.remove_prefix(rune.size);
    }
    if (!text.empty()) out += "...";
    return out;
}

std::string in_quotes(std::string_view text, std::size_t limit) {
    return '"' + printable(text, limit) + '"';
}

std::string joined(const std::vector<std::string_view> &words) {
    std::string out;
    for (const auto word : words)
        (out += out.empty() ? "" : ", ") += word;
    return out;
}

std::string to_utf8(std::string_view bytes) {
    std::string out;
    out.reserve(bytes.size());
    while (!bytes.empty()) {
        const std::size_t length = utf8_sequence(bytes);
        out += length == 0 ? std::string_view("\xEF\xBF\xBD") : bytes.substr(0, length);
        bytes.remove_prefix(length == 0 ? 1 : length);
    }
    return out;
}

std::string lower(std::string_view text) {
    std::string out(text);
    for (char &c : out)
        c = lower(c);
    return out;
}

bool equal_nocase(std::string_view a, std::string_view b) noexcept {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view trim(std::string_view text) noexcept {
    constexpr std::string_view blank = " \t";
    const std::size_t first = text.find_first_not_of(blank);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blank) - first + 1);
}

std::string iso8601(std::int64_t unix_ms) {
    const int ms = static_cast<int>((unix_ms % 1000 + 1000) % 1000);
    const auto seconds = static_cast<std::time_t>((unix_ms - ms) / 1000);
    std::tm utc{};
    gmtime_r(&seconds, &utc);
    char date[32];
    const std::size_t n = std::strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &utc);
    char out[48];
    std::snprintf(out, sizeof out, "%.*s.%03dZ", static_cast<int>(n), date, ms);
    return out;
}

} // namespace roomd::base
