#include "config/section.hpp"

#include "base/ascii.hpp"
#include "base/text.hpp"
#include "config/key_table.hpp"
#include "config/plain.hpp"
#include "config/scalar.hpp"

#include <algorithm>
#include <optional>

namespace roomd::config {
namespace {

std::string in_quotes(std::string_view text) {
    return '"' + std::string(text) + '"';
}

std::string show_duration(base::Duration d) {
    const auto ms = d.count();
    if (ms % 86400000 == 0 && ms != 0) return std::to_string(ms / 86400000) + "d";
    if (ms % 1000 == 0) return std::to_string(ms / 1000) + "s";
    return std::to_string(ms) + "ms";
}

std::string show_size(std::size_t bytes) {
    if (bytes % (1u << 20) == 0 && bytes != 0) return std::to_string(bytes >> 20) + "MiB";
    if (bytes % 1024 == 0 && bytes != 0) return std::to_string(bytes >> 10) + "KiB";
    return std::to_string(bytes) + "B";
}

struct Unfit {
    std::string what, hint;
};

// Why `item` cannot be a text; nothing when it can.
std::optional<Unfit> unfit(const Item &item) {
    if (item.kind == Item::Kind::null)
        return Unfit{" must be text, not nothing",
                     "write it or remove it; when a word such as null is meant, quote it"};
    if (item.kind != Item::Kind::scalar)
        return Unfit{std::string(" must be text, not ") + name_of(item), ""};
    if (std::any_of(item.text.begin(), item.text.end(), base::is_control))
        return Unfit{" contains control characters", ""};
    if (item.text.find("${") != std::string::npos)
        return Unfit{" cannot be a \"${..}\": only secrets are references", ""};
    if (const char *reading = item.quoted ? nullptr : other_reading(item.text))
        return Unfit{std::string(": some readers of YAML take this for ") + reading + ", not text",
                     "quote it: " + in_quotes(item.text)};
    return {};
}

// Adds a fault when `item`, called `shown`, cannot be a text.
bool fit(const Source &source, const Item &item, const std::string &shown) {
    auto why = unfit(item);
    if (why) source.fault(item.mark, shown + std::move(why->what), std::move(why->hint));
    return !why;
}

} // namespace

Section::Section(const Source &source, const Item &root) : Section(source, &root, {1, 1}, "", "") {}

Section::Section(const Source &source, const Item *node, Mark parent, std::string table,
                 std::string shown, Others others) :
    source_(&source),
    mark_(node != nullptr ? node->mark : parent),
    table_(std::move(table)),
    shown_(std::move(shown)) {
    if (node == nullptr || node->kind == Item::Kind::null) return;
    if (node->kind != Item::Kind::map) {
        const std::string name = shown_.empty() ? "the configuration" : in_quotes(shown_);
        source.fault(mark_, name + " must be a map, not " + name_of(*node));
        return;
    }
    node_ = node;
    check_names(others);
}

void Section::check_names(Others others) const {
    const auto names = names_below(table_);
    if (std::find(names.begin(), names.end(), "*") != names.end()) return;
    for (const Entry &entry : node_->entries) {
        const std::string place = table_.empty() ? entry.key : table_ + '.' + entry.key;
        const KeyInfo *known = find_key(place);
        if (known != nullptr && known->built == Built::not_yet) {
            source_->fault(entry.mark, in_quotes(path_of(entry.key)) + " is not implemented yet",
                           "remove it: a key that has no effect is refused");
            continue;
        }
        const bool is_here = std::find(names.begin(), names.end(), entry.key) != names.end();
        if (is_here || others == Others::taken) continue;
        const std::string_view near = base::nearest(entry.key, names);
        source_->fault(entry.mark,
                       "unknown key " + in_quotes(entry.key) +
                           (shown_.empty() ? std::string() : " in " + shown_),
                       near.empty() ? "known here: " + base::joined(names)
                                    : "did you mean " + in_quotes(near) + "?");
    }
}

const Item *Section::find(std::string_view name) const noexcept {
    return node_ != nullptr ? node_->find(name) : nullptr;
}

Mark Section::mark(std::string_view name) const noexcept {
    const Item *node = find(name);
    return node != nullptr ? node->mark : mark_;
}

std::string Section::path_of(std::string_view name) const {
    return shown_.empty() ? std::string(name) : shown_ + '.' + std::string(name);
}

std::string Section::shown(std::string_view name) const {
    return in_quotes(path_of(name));
}

void Section::fault(std::string_view name, std::string what, std::string hint) const {
    source_->fault(mark(name), std::move(what), std::move(hint));
}

std::string Section::how_to_write(std::string_view name) const {
    const KeyInfo *key =
        find_key(table_.empty() ? std::string(name) : table_ + '.' + std::string(name));
    return key != nullptr ? std::string(key->how_to_write) : std::string();
}

bool Section::require(std::string_view name) const {
    return require(name, how_to_write(name));
}

bool Section::require(std::string_view name, std::string hint) const {
    if (has(name)) return true;
    fault(name, shown(name) + " is missing", std::move(hint));
    return false;
}

const Item *Section::scalar(std::string_view name, const char *wanted) const {
    const Item *node = find(name);
    if (node == nullptr) return nullptr;
    if (node->kind == Item::Kind::scalar) return node;
    fault(name, shown(name) + " must be " + wanted + ", not " + name_of(*node));
    return nullptr;
}

void Section::text(std::string_view name, std::string &out) const {
    const Item *node = find(name);
    if (node != nullptr && fit(*source_, *node, shown(name))) out = node->text;
}

void Section::path(std::string_view name, std::string &out) const {
    std::string relative;
    text(name, relative);
    if (!relative.empty()) out = source_->absolute(relative, mark(name));
}

bool Section::mode(std::string_view name, unsigned &out) const {
    const Item *node = scalar(name, "a mode");
    if (node == nullptr) return false;
    const auto value = parse_mode(node->text);
    if (value)
        out = *value;
    else
        fault(name, shown(name) + ": invalid mode " + in_quotes(node->text), value.error());
    return value.ok();
}

void Section::flag(std::string_view name, bool &out) const {
    const Item *node = scalar(name, "true or false");
    if (node == nullptr) return;
    if (node->quoted || (node->text != "true" && node->text != "false"))
        return fault(name, shown(name) + " must be true or false, not " + in_quotes(node->text),
                     "write true or false, in lower case and without quotes");
    out = node->text == "true";
}

template <class Value, class Shown>
bool Section::in_range(std::string_view name, Value value, Value least, Value most,
                       Shown show) const {
    if (value >= least && value <= most) return true;
    fault(name, shown(name) + ": " + show(value) + " is out of range",
          "from " + show(least) + " to " + show(most));
    return false;
}

void Section::count(std::string_view name, std::size_t &out, std::size_t least,
                    std::size_t most) const {
    const Item *node = scalar(name, "a whole number");
    if (node == nullptr) return;
    const auto value = parse_count(node->text);
    if (node->quoted || !value)
        return fault(name, shown(name) + " must be a whole number, not " + in_quotes(node->text));
    const auto show = [](std::size_t n) { return std::to_string(n); };
    if (in_range(name, *value, least, most, show)) out = *value;
}

void Section::size(std::string_view name, std::size_t &out, std::size_t least,
                   std::size_t most) const {
    const Item *node = scalar(name, "a size");
    if (node == nullptr) return;
    const auto value = parse_size(node->text);
    if (!value)
        return fault(name, shown(name) + ": invalid size " + in_quotes(node->text), value.error());
    if (in_range(name, *value, least, most, show_size)) out = *value;
}

void Section::duration(std::string_view name, base::Duration &out, base::Duration least,
                       base::Duration most) const {
    const Item *node = scalar(name, "a duration");
    if (node == nullptr) return;
    const auto value = parse_duration(node->text);
    if (!value)
        return fault(name, shown(name) + ": invalid duration " + in_quotes(node->text),
                     value.error());
    if (in_range(name, *value, least, most, show_duration)) out = *value;
}

void Section::read_one(const KeyInfo &key, std::size_t &out) const {
    std::size_t least = 0, most = 0;
    parse(key, key.least, least);
    parse(key, key.most, most);
    if (key.unit == "size")
        size(key.name(), out, least, most);
    else
        count(key.name(), out, least, most);
}

void Section::read_one(const KeyInfo &key, base::Duration &out) const {
    base::Duration least{}, most{};
    parse(key, key.least, least);
    parse(key, key.most, most);
    duration(key.name(), out, least, most);
}

void Section::read_one(const KeyInfo &key, bool &out) const {
    flag(key.name(), out);
}

void Section::read_one(const KeyInfo &key, unsigned &out) const {
    mode(key.name(), out);
}

void Section::read_one(const KeyInfo &key, std::string &out) const {
    if (key.unit == "path")
        path(key.name(), out);
    else
        text(key.name(), out);
}

void Section::read_one(const KeyInfo &key, std::vector<std::string> &out) const {
    std::vector<Text> found;
    if (!texts(key.name(), found)) return;
    out.clear();
    const auto words = words_of(key);
    for (const Text &text : found) {
        if (!words.empty() && std::find(words.begin(), words.end(), text.value) == words.end())
            source_->fault(text.mark,
                           in_quotes(text.shown) + ": invalid value " + in_quotes(text.value),
                           "write " + base::joined(words));
        out.push_back(text.value);
    }
}

int Section::word(std::string_view name, const std::vector<std::string_view> &words) const {
    const Item *node = scalar(name, "one word");
    if (node == nullptr) return -1;
    const auto found = std::find(words.begin(), words.end(), node->text);
    if (found != words.end()) return static_cast<int>(found - words.begin());
    fault(name, shown(name) + ": invalid value " + in_quotes(node->text),
          "write " + base::joined(words));
    return -1;
}

bool Section::texts(std::string_view name, std::vector<Text> &out) const {
    const Item *node = find(name);
    if (node == nullptr) return false;
    if (node->kind != Item::Kind::list) {
        if (node->kind != Item::Kind::null)
            fault(name, shown(name) + " must be a list, not " + name_of(*node),
                  "write [ .. ], also around one");
        return node->kind == Item::Kind::null;
    }
    out.clear();
    for (std::size_t i = 0; i < node->items.size(); ++i)
        if (auto text = element(name, i)) out.push_back(*std::move(text));
    return true;
}

std::optional<Text> Section::element(std::string_view name, std::size_t i) const {
    const Item &item = find(name)->items[i];
    const std::string shown = path_of(name) + '[' + std::to_string(i) + ']';
    if (!fit(*source_, item, in_quotes(shown))) return {};
    return Text{item.text, item.mark, shown};
}

std::vector<Text> Section::elements(std::string_view name) const {
    std::vector<Text> out;
    const Item *node = find(name);
    if (node == nullptr) return out;
    for (std::size_t i = 0; i < node->items.size(); ++i) {
        const Item &item = node->items[i];
        if (!unfit(item))
            out.push_back({item.text, item.mark, path_of(name) + '[' + std::to_string(i) + ']'});
    }
    return out;
}

Section Section::map(std::string_view name, Others others) const {
    const std::string table = table_.empty() ? std::string(name) : table_ + '.' + std::string(name);
    return {*source_, find(name), mark_, table, path_of(name), others};
}

std::vector<Section> Section::list(std::string_view name, Others others, std::string table) const {
    std::vector<Section> out;
    const Item *node = find(name);
    if (node == nullptr || node->kind == Item::Kind::null) return out;
    if (node->kind != Item::Kind::list) {
        fault(name, shown(name) + " must be a list, not " + name_of(*node),
              "begin each entry with \"- \"");
        return out;
    }
    if (table.empty())
        table = (table_.empty() ? std::string(name) : table_ + '.' + std::string(name)) + "[]";
    for (const Item &item : node->items)
        out.emplace_back(*source_, &item, item.mark, table,
                         path_of(name) + '[' + std::to_string(out.size()) + ']', others);
    return out;
}

Section Section::entry(std::string_view name, std::size_t i) const {
    const Item &item = find(name)->items[i];
    const std::string table = table_.empty() ? std::string(name) : table_ + '.' + std::string(name);
    return {*source_, &item, item.mark, table + "[]",
            path_of(name) + '[' + std::to_string(i) + ']'};
}

std::vector<std::pair<std::string, Section>> Section::members() const {
    std::vector<std::pair<std::string, Section>> out;
    if (node_ == nullptr) return out;
    for (const Entry &entry : node_->entries) {
        if (const char *reading = entry.quoted ? nullptr : other_reading(entry.key))
            source_->fault(entry.mark,
                           std::string("some readers of YAML take this key for ") + reading +
                               ", not text",
                           "quote it: " + in_quotes(entry.key));
        Section member(*source_, &entry.value, entry.mark, table_ + ".*", path_of(entry.key));
        // An empty value has no place of its own.
        member.mark_ = entry.mark;
        out.emplace_back(entry.key, std::move(member));
    }
    return out;
}

} // namespace roomd::config
