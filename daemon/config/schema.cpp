#include "config/schema.hpp"

#include "config/key.hpp"
#include "config/key_table.hpp"
#include "config/plain.hpp"
#include "config/tree.hpp"
#include "json/json.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace roomd::config {
namespace {

// What a value of a unit looks like.  A text that is a whole number needs no quotes, and some
// readers read a mode as a number.
struct UnitType {
    std::string_view name, type, pattern;
    std::string_view items = {}; // the unit of its elements, when it may be a list
};
constexpr std::string_view text_or_number = R"(["string", "integer"])";
constexpr std::string_view rule = "#/properties/rooms/additionalProperties/properties/allow/items";
constexpr std::array units{
    UnitType{"text", text_or_number, ""},
    UnitType{"path", "\"string\"", ""},
    UnitType{"boolean", "\"boolean\"", ""},
    UnitType{"word", "\"string\"", ""},
    UnitType{"address", "\"string\"",
             R"(^(unix:/.*[^/]|[0-9.]+:[0-9]{1,5}|\[[0-9A-Fa-f:.]+\]:[0-9]{1,5})$)"},
    UnitType{"mode", text_or_number, "^0?[0246]{3}$"},
    UnitType{"duration", "\"string\"", "^[0-9]+(ms|s|m|h|d)$"},
    UnitType{"size", "\"string\"", "^[0-9]+(B|KiB|MiB|GiB|KB|MB|GB)$"},
    UnitType{"secret", "\"string\"",
             R"(^(\$\{(file|env|credential):[^}]+\}|sha256:[0-9A-Fa-f]{64})$)"},
    UnitType{"secret or list", R"(["string", "array"])", R"(^\$\{(file|env|credential):[^}]+\}$)",
             "secret"},
    UnitType{"text or list", R"(["string", "integer", "array"])", "", "text"},
    UnitType{"value", R"(["string", "integer", "boolean"])", ""},
    UnitType{"rules", R"(["string", "array"])", "^all$", "rule"},
    UnitType{"schema", R"(["string", "object"])", ""},
};

// Writes indented JSON.
class Writer {
public:
    void open(char bracket) {
        out_ += bracket;
        inner_.emplace_back(bracket);
        fresh_ = true;
    }
    void close() {
        const bool empty = fresh_;
        const char end = inner_.back() == '{' ? '}' : ']';
        inner_.pop_back();
        if (!empty) line();
        out_ += end;
        fresh_ = false;
    }
    // Before each member or element.
    void next() {
        if (!fresh_) out_ += ',';
        fresh_ = false;
        line();
    }
    void key(std::string_view name) {
        next();
        json::append_quoted(out_, name);
        out_ += ": ";
    }
    void text(std::string_view value) { json::append_quoted(out_, value); }
    void raw(std::string_view json) { out_ += json; }
    std::string take() { return out_ + '\n'; }

private:
    void line() { (out_ += '\n').append(2 * inner_.size(), ' '); }

    std::string out_;
    std::vector<char> inner_;
    bool fresh_ = false;
};

class Schema {
public:
    std::string write() {
        out_.open('{');
        member("$schema", "http://json-schema.org/draft-07/schema#");
        member("title", "roomd.yaml");
        object("");
        out_.close();
        return out_.take();
    }

private:
    void member(std::string_view key, std::string_view text) {
        out_.key(key);
        out_.text(text);
    }

    void type(std::string_view json) {
        out_.key("type");
        out_.raw(json);
    }

    // Whether a key at `path` or below it has an effect.
    static bool is_built(std::string_view path) {
        const KeyInfo *key = find_key(path);
        if (key != nullptr) return key->built == Built::yes;
        const auto names = names_below(path);
        return std::any_of(names.begin(), names.end(), [&](std::string_view name) {
            return is_built(std::string(path) + '.' + std::string(name));
        });
    }

    // The members of a schema of the map at `table`, which may also be left empty.
    void object(const std::string &table, std::string_view types = R"(["object", "null"])") {
        type(types);
        const auto names = names_below(table);
        const bool any = std::find(names.begin(), names.end(), "*") != names.end();
        if (any) {
            out_.key("additionalProperties");
            out_.open('{');
            value(table + ".*");
            out_.close();
            return;
        }
        std::vector<std::string_view> required;
        out_.key("properties");
        out_.open('{');
        for (const std::string_view name : names) {
            const std::string path =
                table.empty() ? std::string(name) : table + '.' + std::string(name);
            if (!is_built(path)) continue;
            out_.key(name);
            out_.open('{');
            value(path);
            out_.close();
            if (const KeyInfo *key = find_key(path); key != nullptr && key->required())
                required.push_back(name);
        }
        out_.close();
        if (!required.empty()) {
            out_.key("required");
            list(required);
        }
        out_.key("additionalProperties");
        out_.raw(table == "plugins.load[]" ? "true" : "false"); // the plugin's own
    }

    void value(const std::string &path) {
        const KeyInfo *key = find_key(path);
        if (key == nullptr) return object(path);
        member("description",
               std::string(key->what) + (key->reload == Reload::no ? " Needs a restart." : ""));
        if (!key->initial.empty()) {
            Faults none;
            out_.key("default");
            initial(parse_yaml(key->initial, "", none).value_or(Item{}), key->unit);
        }
        if (key->unit == "map") return object(path);
        if (key->unit == "list") return elements(path, *key);
        if (key->unit == "count") {
            type("\"integer\"");
            out_.key("minimum");
            out_.raw(key->least.empty() ? "0" : key->least);
            if (key->most.empty()) return;
            out_.key("maximum");
            return out_.raw(key->most);
        }
        one(path, key->unit, words_of(*key));
    }

    void elements(const std::string &path, const KeyInfo &key) {
        type(R"(["array", "null"])");
        out_.key("items");
        out_.open('{');
        one(path + "[]", key.words.empty() ? "text" : "word", words_of(key));
        out_.close();
    }

    // A value that is not a section.  A unit that is unknown here may be anything.
    void one(const std::string &path, std::string_view unit,
             const std::vector<std::string_view> &words) {
        if (path == "rooms.*.allow[].all[]" || path == "client_events.*.allow[]")
            return member("$ref", rule);
        if (path == "namespaces[]") return object(path, R"(["string", "integer", "object"])");
        if (!names_below(path).empty()) return object(path);
        const auto found = std::find_if(units.begin(), units.end(),
                                        [&](const UnitType &known) { return known.name == unit; });
        if (found == units.end()) return;
        type(found->type);
        if (!found->pattern.empty()) member("pattern", found->pattern);
        if (!found->items.empty()) {
            out_.key("items");
            out_.open('{');
            one(path + "[]", found->items, {});
            out_.close();
        }
        if (words.empty()) return;
        out_.key("enum");
        list(words);
    }

    void list(const std::vector<std::string_view> &texts) {
        out_.open('[');
        for (const std::string_view text : texts) {
            out_.next();
            out_.text(text);
        }
        out_.close();
    }

    void initial(const Item &item, std::string_view unit) {
        switch (item.kind) {
        case Item::Kind::null: return out_.raw("null");
        case Item::Kind::scalar:
            return unit == "boolean" || unit == "count" ? out_.raw(item.text)
                                                        : out_.text(item.text);
        case Item::Kind::list:
            out_.open('[');
            for (const Item &element : item.items) {
                out_.next();
                initial(element, "");
            }
            return out_.close();
        case Item::Kind::map:
            out_.open('{');
            for (const Entry &entry : item.entries) {
                out_.key(entry.key);
                initial(entry.value, "");
            }
            return out_.close();
        }
    }

    Writer out_;
};

} // namespace

std::string json_schema() {
    return Schema().write();
}

} // namespace roomd::config
