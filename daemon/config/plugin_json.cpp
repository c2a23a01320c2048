#include "config/plugin_json.hpp"

#include "base/text.hpp"
#include "config/plain.hpp"
#include "config/reference.hpp"
#include "json/json.hpp"

#include <algorithm>

namespace roomd::config {
namespace {

// The value is not shown: it may be a password.
void ambiguous(const Source &source, Mark mark, const char *reading) {
    source.fault(mark, std::string("some readers of YAML take this for ") + reading + ", not text",
                 "quote it");
}

// Writes JSON and notes the place of each value.  The tree's depth is bounded.
class Writer {
public:
    Writer(const Source &source, PluginNode &out) : source_(source), out_(out) {}

    void write(const Item &node, const std::string &pointer) {
        out_.marks.emplace(pointer, node.mark);
        switch (node.kind) {
        case Item::Kind::null: out_.json += "null"; return;
        case Item::Kind::scalar: return scalar(node, pointer);
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
            write(entry.value, pointer + '/' + json::escaped_token(entry.key));
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

    void scalar(const Item &node, const std::string &pointer) {
        if (is_reference(node.text)) {
            secret(node, pointer);
        } else if (holds_reference(node.text)) {
            source_.fault(
                node.mark, "a \"${..}\" inside other text is not replaced",
                "make it the whole value, or keep all of the text in the file that it names");
        } else if (const char *boolean = node.quoted ? nullptr : json_boolean(node.text)) {
            out_.json += boolean;
        } else if (const std::string n = node.quoted ? "" : json_number(node.text); !n.empty()) {
            if (!json::check(n))
                source_.fault(node.mark, "the number is too large for a double",
                              "quote it when text is meant");
            out_.json += n;
        } else if (const char *reading = node.quoted ? nullptr : other_reading(node.text)) {
            ambiguous(source_, node.mark, reading);
            out_.json += "null";
        } else {
            json::append_quoted(out_.json, node.text);
        }
    }

    // A plugin gets JSON, which is Unicode: bytes that are not UTF-8 would arrive changed.
    void secret(const Item &node, const std::string &pointer) {
        const std::size_t absent = source_.absent != nullptr ? source_.absent->size() : 0;
        const auto secret = resolve(source_, node.text, node.mark);
        if (source_.absent != nullptr && source_.absent->size() > absent)
            out_.absent.push_back(pointer);
        if (secret && !base::is_utf8(secret->reveal()))
            source_.fault(node.mark, "the value of \"" + node.text + "\" is not UTF-8",
                          "a plugin gets its values as text");
        json::append_quoted(out_.json, secret ? secret->reveal() : std::string_view());
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

} // namespace roomd::config
