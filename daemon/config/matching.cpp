#include "config/matching.hpp"

#include "config/key_table.hpp"
#include "config/scalar.hpp"
#include "config/yaml_text.hpp"

#include <algorithm>

namespace roomd::config {
namespace {

template <class Parse> bool same_by(Parse parse, const std::string &a, const std::string &b) {
    const auto x = parse(a), y = parse(b);
    return x && y && *x == *y;
}

} // namespace

Parts keys_of(const Item &map) {
    Parts out;
    for (const Entry &entry : map.entries)
        out.add(entry.key, entry.value);
    return out;
}

Parts elements_of(const Item *list) {
    Parts out;
    if (list == nullptr) return out;
    for (std::size_t i = 0; i < list->items.size(); ++i) {
        const Item &item = list->items[i];
        std::string name;
        for (const char *key : {"instance", "name", "address", "systemd", "issuer"})
            if (const Item *value = item.find(key); name.empty() && value != nullptr)
                name = value->text;
        if (name.empty() || out.find(name) != nullptr) name = '#' + std::to_string(i);
        out.add(std::move(name), item);
    }
    return out;
}

bool are_lists_of_maps(const Item *from, const Item *to) noexcept {
    bool maps = false;
    for (const Item *item : {from, to}) {
        if (item == nullptr) continue;
        if (item->kind != Item::Kind::list) return false;
        maps = maps || std::any_of(item->items.begin(), item->items.end(), [](const Item &element) {
                   return element.kind == Item::Kind::map;
               });
    }
    return maps;
}

Reload reload_of(std::string_view table) noexcept {
    for (;;) {
        if (const KeyInfo *key = find_key(table)) return key->reload;
        const std::size_t end = table.find_last_of(".[");
        if (end == std::string_view::npos) return Reload::yes;
        table = table.substr(0, end);
    }
}

bool are_names_free(std::string_view table) {
    const auto names = names_below(table);
    return std::find(names.begin(), names.end(), "*") != names.end();
}

bool same(const Item &a, const Item &b, std::string_view table) {
    const KeyInfo *key = find_key(table);
    if (key != nullptr && a.kind == Item::Kind::scalar && b.kind == Item::Kind::scalar) {
        if (key->unit == "duration" && same_by(parse_duration, a.text, b.text)) return true;
        if (key->unit == "size" && same_by(parse_size, a.text, b.text)) return true;
        if (key->unit == "mode" && same_by(parse_mode, a.text, b.text)) return true;
    }
    return one_line(a) == one_line(b);
}

Item effective_tree(std::string_view text) {
    Faults none;
    Bounds wide{largest_yaml * 64, most_nodes * 64}; // with defaults and places it is larger
    return parse_part(text, "", 0, wide, none).value_or(Item{});
}

} // namespace roomd::config
