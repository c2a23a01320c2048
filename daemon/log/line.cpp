#include "log/line.hpp"

#include "base/ascii.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <cstdio>

namespace roomd::log {
namespace {

constexpr std::size_t most_fields = 32;
constexpr std::size_t longest_value = 1024;
constexpr std::size_t longest_key = 64;

std::string_view name(Level level) noexcept {
    switch (level) {
    case Level::error: return "error";
    case Level::warning: return "warning";
    case Level::notice: return "notice";
    case Level::info: return "info";
    case Level::debug: return "debug";
    }
    return "error";
}

template <class... Args> void append(std::string &out, const char *format, Args... args) {
    char text[16];
    const int n = std::snprintf(text, sizeof text, format, args...);
    out.append(text, static_cast<std::size_t>(n));
}

void append_escaped(std::string &out, std::string_view text, bool json) {
    while (!text.empty()) {
        const base::Rune rune = base::first_rune(text);
        const std::string_view bytes = text.substr(0, rune.size);
        text.remove_prefix(rune.size);
        if (!rune.valid) {
            if (json)
                out += "\xEF\xBF\xBD";
            else
                append(out, "\\x%02x", static_cast<unsigned>(rune.code));
        } else if (rune.code == '\n')
            out += "\\n";
        else if (rune.code == '\r')
            out += "\\r";
        else if (rune.code == '\t')
            out += "\\t";
        else if (base::is_unseen(rune.code))
            append(out, "\\u%04x", static_cast<unsigned>(rune.code));
        else if (rune.code == '\\' || (rune.code == '"'))
            (out += '\\') += bytes;
        else
            out += bytes;
    }
}

// The front of `text` that is logged; never half a character.
std::string_view bounded(std::string_view text, bool &cut) noexcept {
    cut = text.size() > longest_value;
    if (!cut) return text;
    std::size_t size = longest_value;
    for (int back = 0; back < 3 && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80; ++back)
        --size;
    return text.substr(0, size);
}

void append_bounded(std::string &out, std::string_view text, bool json) {
    bool cut = false;
    append_escaped(out, bounded(text, cut), json);
    if (cut) out += "...";
}

bool is_bare(std::string_view value) noexcept {
    return !value.empty() && value.size() <= longest_value &&
           std::all_of(value.begin(), value.end(), [](char c) {
               return c > 0x20 && c < 0x7F && c != '"' && c != '=' && c != '\\';
           });
}

void append_key(std::string &out, std::string_view key) {
    for (const char c : key.substr(0, longest_key)) {
        const bool plain = base::is_alnum(c) || c == '_' || c == '-' || c == '.';
        out += plain ? c : '_';
    }
    if (key.empty()) out += '_';
}

void append_text(std::string &out, std::int64_t unix_ms, Level level, std::string_view message,
                 std::span<const Field> fields) {
    out += base::iso8601(unix_ms);
    append(out, " %-5s ", std::string(name(level)).c_str());
    append_bounded(out, message, false);
    for (const Field &field : fields) {
        out += ' ';
        append_key(out, field.key);
        out += '=';
        if (is_bare(field.value())) {
            out += field.value();
            continue;
        }
        out += '"';
        append_bounded(out, field.value(), false);
        out += '"';
    }
}

void append_json(std::string &out, std::int64_t unix_ms, Level level, std::string_view message,
                 std::span<const Field> fields) {
    out += "{\"time\":\"" + base::iso8601(unix_ms) + "\",\"level\":\"";
    (out += name(level)) += "\",\"message\":\"";
    append_bounded(out, message, true);
    out += '"';
    for (const Field &field : fields) {
        out += ",\"";
        append_key(out, field.key);
        // A field with the name of one of ours would be read in its place.
        if (field.key == "time" || field.key == "level" || field.key == "message") out += '_';
        out += "\":";
        if (!field.number.empty()) {
            out += field.number;
            continue;
        }
        out += '"';
        append_bounded(out, field.text, true);
        out += '"';
    }
    out += '}';
}

} // namespace

std::string line(const Style &style, std::int64_t unix_ms, Level level, std::string_view message,
                 std::span<const Field> fields) {
    std::string out;
    out.reserve(160);
    if (style.journal_priorities) append(out, "<%d>", static_cast<int>(level));
    fields = fields.first(std::min(fields.size(), most_fields));
    if (style.format == Format::json)
        append_json(out, unix_ms, level, message, fields);
    else
        append_text(out, unix_ms, level, message, fields);
    return out;
}

} // namespace roomd::log
