#include "config/yaml_text.hpp"

#include "base/ascii.hpp"
#include "base/text.hpp"
#include "config/plain.hpp"

#include <algorithm>
#include <cstdio>
#include <functional>

namespace roomd::config {
namespace {

// Contains neither YAML's special characters nor anything a reader could take for them, inside
// brackets or not.
bool is_safe(std::string_view text) noexcept {
    if (text.empty() || text.back() == ':') return false;
    if (!base::is_alnum(text[0]) && text[0] != '/' && text[0] != '_' && text[0] != '.' &&
        text[0] != '-')
        return false;
    if (std::none_of(text.begin(), text.end(), base::is_alnum)) return text == "/";
    return std::all_of(text.begin(), text.end(), [](char c) {
        return base::is_alnum(c) || std::string_view("_-./:+@%").find(c) != std::string_view::npos;
    });
}

void append_escaped(std::string &out, unsigned char byte) {
    char code[8];
    std::snprintf(code, sizeof code, "\\x%02x", unsigned{byte});
    out += code;
}

// Between double quotes.  Controls are escaped, those of 0x80 to 0x9f too: some terminals obey
// them.
std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        const auto next = static_cast<unsigned char>(i + 1 < text.size() ? text[i + 1] : 0);
        if (byte == '"' || byte == '\\') {
            (out += '\\') += text[i];
        } else if (byte == '\n') {
            out += "\\n";
        } else if (base::is_control(text[i])) {
            append_escaped(out, byte);
        } else if (byte == 0xC2 && next < 0xA0) {
            append_escaped(out, next);
            ++i;
        } else {
            out += text[i];
        }
    }
    return out + '"';
}

// Quoted when it has to be, or when it was and would not be read as text without quotes.
std::string scalar(std::string_view text, bool was_quoted) {
    const bool means_text = other_reading(text) == nullptr && json_number(text).empty();
    return is_safe(text) && (means_text || !was_quoted) ? std::string(text) : quoted(text);
}

bool holds_maps(const Item &list) noexcept {
    return std::any_of(list.items.begin(), list.items.end(),
                       [](const Item &item) { return item.kind == Item::Kind::map; });
}

class Lines {
public:
    explicit Lines(const std::function<std::string(Mark)> &told) : told_(told) {}

    std::string map(const Item &map, std::size_t indent) const {
        std::string out;
        for (const Entry &entry : map.entries)
            out += member(scalar(entry.key, true), entry.value, indent);
        return out;
    }

private:
    std::string member(const std::string &key, const Item &value, std::size_t indent) const {
        std::string out = std::string(indent, ' ') + key + ':';
        if (value.kind == Item::Kind::map && !value.entries.empty())
            return out + '\n' + map(value, indent + 2);
        if (value.kind != Item::Kind::list || !holds_maps(value))
            return out + ' ' + one_line(value) + comment(value.mark);
        out += '\n';
        for (const Item &item : value.items)
            out += element(item, indent + 2);
        return out;
    }

    std::string element(const Item &item, std::size_t indent) const {
        if (item.kind != Item::Kind::map || item.entries.empty())
            return std::string(indent, ' ') + "- " + one_line(item) + comment(item.mark);
        std::string out = map(item, indent + 2);
        out[indent] = '-';
        return out;
    }

    std::string comment(Mark mark) const { return "  # " + told_(mark) + '\n'; }

    const std::function<std::string(Mark)> &told_;
};

} // namespace

std::string one_line(const Item &item) {
    std::string out;
    switch (item.kind) {
    case Item::Kind::null: return "null";
    case Item::Kind::scalar: return scalar(item.text, item.quoted);
    case Item::Kind::list:
        for (const Item &element : item.items)
            out += (out.empty() ? "" : ", ") + one_line(element);
        return '[' + out + ']';
    case Item::Kind::map:
        for (const Entry &entry : item.entries)
            out +=
                (out.empty() ? "" : ", ") + scalar(entry.key, true) + ": " + one_line(entry.value);
        return '{' + out + '}';
    }
    return out;
}

std::string in_lines(const Item &map, const std::vector<File> &files) {
    return in_lines(map, [&](Mark mark) -> std::string {
        if (mark.line == 0 && mark.file == 0) return "default";
        const std::string path = base::printable(files.at(mark.file).path, 300);
        return mark.line == 0 ? path : path + ':' + std::to_string(mark.line);
    });
}

std::string in_lines(const Item &map, const std::function<std::string(Mark)> &comment) {
    return Lines(comment).map(map, 0);
}

} // namespace roomd::config
