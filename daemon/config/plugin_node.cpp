#include "config/plugin_node.hpp"

#include "config/plugin_json.hpp"
#include "config/reference.hpp"
#include "json/json.hpp"

#include <algorithm>

namespace roomd::config {
namespace {

bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}

std::string_view take_digits(std::string_view &text) noexcept {
    std::size_t n = 0;
    while (n < text.size() && is_digit(text[n]))
        ++n;
    const std::string_view digits = text.substr(0, n);
    text.remove_prefix(n);
    return digits;
}

// A decimal number of YAML 1.2's core schema as JSON writes it, or "" when it is none.  "007" is
// none: some would read it as octal.
std::string number(std::string_view text) {
    std::string out;
    if (text.starts_with('-')) out = "-";
    if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
    const std::string_view whole = take_digits(text);
    std::string_view fraction;
    if (text.starts_with('.')) {
        text.remove_prefix(1);
        fraction = take_digits(text);
    }
    if (whole.empty() && fraction.empty()) return {};
    if (whole.size() > 1 && whole[0] == '0') return {};
    out += whole.empty() ? "0" : whole;
    if (!fraction.empty()) (out += '.') += fraction;
    if (text.starts_with('e') || text.starts_with('E')) {
        out += 'e';
        text.remove_prefix(1);
        if (text.starts_with('-')) out += '-';
        if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
        const std::string_view exponent = take_digits(text);
        if (exponent.empty()) return {};
        out += exponent;
    }
    return text.empty() ? out : std::string();
}

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) noexcept {
    return std::find(words.begin(), words.end(), text) != words.end();
}

std::string escaped(std::string_view key) {
    std::string out;
    for (const char c : key) {
        if (c == '~')
            out += "~0";
        else if (c == '/')
            out += "~1";
        else
            out += c;
    }
    return out;
}

// Writes JSON and notes where each value stands.  The tree's depth is bounded.
class Writer {
public:
    Writer(const Source &source, PluginNode &out) : source_(source), out_(out) {}

    void write(const Item &node, const std::string &pointer) {
        out_.marks.emplace(pointer, node.mark);
        switch (node.kind) {
        case Item::Kind::null: out_.json += "null"; return;
        case Item::Kind::scalar: return scalar(node);
        case Item::Kind::list: return list(node, pointer);
        case Item::Kind::map: return map(node.entries, pointer, {});
        }
    }

    void map(const std::vector<Entry> &entries, const std::string &pointer,
             std::span<const std::string_view> without) {
        char before = '{';
        for (const Entry &entry : entries) {
            if (std::find(without.begin(), without.end(), entry.key) != without.end()) continue;
            out_.json += before;
            before = ',';
            json::append_quoted(out_.json, entry.key);
            out_.json += ':';
            write(entry.value, pointer + '/' + escaped(entry.key));
        }
        out_.json += before == '{' ? "{}" : "}";
    }

private:
    void list(const Item &node, const std::string &pointer) {
        out_.json += '[';
        for (std::size_t i = 0; i < node.items.size(); ++i) {
            if (i > 0) out_.json += ',';
            write(node.items[i], pointer + '/' + std::to_string(i));
        }
        out_.json += ']';
    }

    void scalar(const Item &node) {
        if (is_reference(node.text)) {
            const auto secret = resolve(source_, node.text, node.mark);
            json::append_quoted(out_.json, secret ? secret->reveal() : std::string_view());
        } else if (!node.quoted && is_one_of(node.text, {"true", "True", "TRUE"})) {
            out_.json += "true";
        } else if (!node.quoted && is_one_of(node.text, {"false", "False", "FALSE"})) {
            out_.json += "false";
        } else if (const std::string n = node.quoted ? "" : number(node.text); !n.empty()) {
            out_.json += n;
        } else {
            json::append_quoted(out_.json, node.text);
        }
    }

    const Source &source_;
    PluginNode &out_;
};

} // namespace

PluginNode plugin_node(const Source &source, const Item &entry,
                       std::span<const std::string_view> core_names) {
    PluginNode out;
    out.path = source.file(entry.mark).path;
    out.mark = entry.mark;
    out.json.clear();
    out.marks.emplace("", entry.mark);
    Writer(source, out).map(entry.entries, "", core_names);
    return out;
}

Fault PluginNode::fault(std::string_view pointer, std::string_view text,
                        std::string_view hint) const {
    Mark place = mark;
    for (std::string_view at = pointer;; at = at.substr(0, at.rfind('/'))) {
        const auto found = marks.find(at);
        if (found != marks.end()) {
            place = found->second;
            break;
        }
        if (at.empty() || at.find('/') == std::string_view::npos) break;
    }
    return {path, place, std::string(text), std::string(hint)};
}

} // namespace roomd::config
