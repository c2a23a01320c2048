#include "config/effective.hpp"

#include "base/text.hpp"
#include "config/key_table.hpp"
#include "config/reference.hpp"
#include "config/yaml_text.hpp"

#include <algorithm>
#include <array>
#include <map>

namespace roomd::config {
namespace {

std::string join(const std::string &above, std::string_view name) {
    return above.empty() ? std::string(name) : above + '.' + std::string(name);
}

bool contains(const std::vector<std::string_view> &names, std::string_view name) noexcept {
    return std::find(names.begin(), names.end(), name) != names.end();
}

void unplace(Item &item) {
    item.mark = {};
    for (Item &element : item.items)
        unplace(element);
    for (Entry &entry : item.entries)
        unplace(entry.value);
}

// A plugin's section may contain passwords in plain text; values under these names, and URLs, are
// not shown.
bool may_be_secret(std::string_view name, std::string_view text) {
    constexpr std::array<std::string_view, 11> words{
        "password", "passwd", "passphrase",    "secret", "token", "credential",
        "private",  "dsn",    "authorization", "cookie", "bearer"};
    const std::string low = base::lower(name);
    const std::size_t scheme = text.find("://");
    return low == "auth" || low.ends_with("key") || low.ends_with("pass") ||
           base::lower(text).find("password") != std::string::npos ||
           (scheme != std::string_view::npos && text.find('@', scheme) != std::string_view::npos) ||
           std::any_of(words.begin(), words.end(),
                       [&](std::string_view word) { return low.find(word) != std::string::npos; });
}

// Builds the tree of what is in force.  Depth is bounded by the parser and the table.
class Filler {
public:
    explicit Filler(const Source &source) : source_(source) {}

    // `node` may be null: then there are only defaults.
    Item map(const Item *node, const std::string &table) const {
        Item out;
        out.kind = Item::Kind::map;
        if (node != nullptr) out.mark = node->mark;
        const auto names = names_below(table);
        const bool any = contains(names, "*");
        for (const std::string_view name : any ? std::vector<std::string_view>{} : names)
            if (auto value = known(node, table, name))
                out.entries.push_back({std::string(name), {}, *std::move(value)});
        if (node == nullptr) return out;
        for (const Entry &entry : node->entries)
            if (any || !contains(names, entry.key))
                out.entries.push_back(
                    {entry.key, entry.mark,
                     value(entry.value, any ? table + ".*" : join(table, entry.key), entry.key)});
        return out;
    }

private:
    std::optional<Item> known(const Item *node, const std::string &table,
                              std::string_view name) const {
        const std::string path = join(table, name);
        const KeyInfo *key = find_key(path);
        if (key != nullptr && key->built == Built::not_yet) return {};
        const Item *item = node != nullptr ? node->find(name) : nullptr;
        if (item != nullptr && item->kind != Item::Kind::null) return value(*item, path, name);
        if (key == nullptr) {
            Item section = map(nullptr, path);
            if (section.entries.empty()) return {};
            return section;
        }
        if (key->initial.empty() || !applies(path, node)) return {};
        return value(initial(*key), path, name);
    }

    // The default of a key.
    const Item &initial(const KeyInfo &key) const {
        const auto [at, is_new] = initials_.try_emplace(&key);
        if (is_new) {
            Faults none;
            at->second = parse_yaml(key.initial, "", none).value_or(Item{});
            unplace(at->second);
        }
        return at->second;
    }

    // A TCP listener has no mode.
    static bool applies(std::string_view path, const Item *node) noexcept {
        if (path != "listen[].mode") return true;
        const Item *address = node != nullptr ? node->find("address") : nullptr;
        return address != nullptr && address->text.starts_with("unix:");
    }

    Item value(const Item &item, const std::string &path, std::string_view name) const {
        const bool is_map = item.kind == Item::Kind::map ||
                            (item.kind == Item::Kind::null && !names_below(path).empty());
        if (is_map) return map(&item, path);
        Item out = item;
        if (item.kind == Item::Kind::scalar) show(out, path, name);
        for (Item &element : out.items)
            element = value(element, path + "[]", name);
        return out;
    }

    void show(Item &item, const std::string &path, std::string_view name) const {
        const bool in_list = path.ends_with("[]");
        const KeyInfo *key = find_key(in_list ? path.substr(0, path.size() - 2) : path);
        const std::string_view unit = key != nullptr ? key->unit : "";
        const bool own = key == nullptr && path.starts_with("plugins.load[].");
        if (unit.starts_with("secret") || (own && may_be_secret(name, item.text)))
            item.text = without_secret(item.text);
        // A plugin's file without a "/" is in plugins.directory.
        else if (unit == "path" && !is_reference(item.text) &&
                 (path != "plugins.load[].file" || item.text.find('/') != std::string::npos))
            item.text = source_.absolute(item.text, item.mark);
    }

    const Source &source_;
    mutable std::map<const KeyInfo *, Item> initials_; // parsed once
};

} // namespace

std::string without_secret(std::string_view text) {
    constexpr std::size_t told = 8; // digits of a digest: enough to see whether it is another
    constexpr std::string_view digest = "sha256:";
    if (is_reference(text)) return std::string(text);
    const bool is_digest = text.starts_with(digest);
    return (is_digest ? std::string(text.substr(0, digest.size() + told)) : "") + "<hidden>";
}

std::string effective(const Source &source, const Item &root) {
    return in_lines(Filler(source).map(&root, ""), source.files);
}

} // namespace roomd::config
