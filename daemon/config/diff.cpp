#include "config/diff.hpp"

#include "base/text.hpp"
#include "config/key_table.hpp"
#include "config/scalar.hpp"
#include "config/tree.hpp"
#include "config/yaml_text.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace roomd::config {
namespace {

struct Change {
    std::string shown; // "listen[127.0.0.1:3001].mode"
    std::string table; // "listen[].mode"
    std::string from, to;
};

// The row of a key, or of the nearest above it.
const KeyInfo *row_of(std::string_view table) noexcept {
    for (;;) {
        if (const KeyInfo *key = find_key(table)) return key;
        const std::size_t end = table.find_last_of(".[");
        if (end == std::string_view::npos) return nullptr;
        table = table.substr(0, end);
    }
}

// "1m" and "60s" are the same.
template <class Parse> bool same_by(Parse parse, const std::string &a, const std::string &b) {
    const auto x = parse(a), y = parse(b);
    return x && y && *x == *y;
}

bool same(const Item &a, const Item &b, std::string_view unit) {
    if (a.kind == Item::Kind::scalar && b.kind == Item::Kind::scalar) {
        if (unit == "duration" && same_by(parse_duration, a.text, b.text)) return true;
        if (unit == "size" && same_by(parse_size, a.text, b.text)) return true;
        if (unit == "mode" && same_by(parse_mode, a.text, b.text)) return true;
    }
    return one_line(a) == one_line(b);
}

// Lists whose elements are compared one by one.
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

// The parts of a map or a list in their order, each with the name a reader would use.
class Parts {
public:
    using Part = std::pair<std::string, const Item *>;

    void add(std::string name, const Item &item) {
        if (index_.emplace(name, &item).second) list_.emplace_back(std::move(name), &item);
    }
    const Item *find(const std::string &name) const {
        const auto found = index_.find(name);
        return found == index_.end() ? nullptr : found->second;
    }
    const std::vector<Part> &list() const noexcept { return list_; }

private:
    std::vector<Part> list_;
    std::map<std::string, const Item *> index_;
};

Parts keys_of(const Item &map) {
    Parts out;
    for (const Entry &entry : map.entries)
        out.add(entry.key, entry.value);
    return out;
}

// Elements by name, or by number where they have no name.
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

class Comparison {
public:
    std::vector<Change> changes;

    void compare(const Item *from, const Item *to, const std::string &shown,
                 const std::string &table) {
        const bool maps = from != nullptr && to != nullptr && from->kind == Item::Kind::map &&
                          to->kind == Item::Kind::map;
        if (maps) return members(keys_of(*from), keys_of(*to), shown, table);
        if (are_lists_of_maps(from, to))
            return elements(elements_of(from), elements_of(to), shown, table);
        const KeyInfo *key = find_key(table);
        if (from != nullptr && to != nullptr && same(*from, *to, key != nullptr ? key->unit : ""))
            return;
        add(shown, table, from, to);
    }

private:
    void add(const std::string &shown, const std::string &table, const Item *from, const Item *to) {
        const auto text = [](const Item *item) {
            return item == nullptr ? "(none)" : base::printable(one_line(*item), 200);
        };
        changes.push_back({shown, table, text(from), text(to)});
    }

    void members(const Parts &from, const Parts &to, const std::string &shown,
                 const std::string &table) {
        const auto names = names_below(table);
        const bool any = std::find(names.begin(), names.end(), "*") != names.end();
        const std::string dot = shown.empty() ? "" : ".";
        each(from, to, [&](const std::string &key, const Item *a, const Item *b) {
            compare(a, b, shown + dot + key, table + dot + (any ? "*" : key));
        });
    }

    void elements(const Parts &from, const Parts &to, const std::string &shown,
                  const std::string &table) {
        each(from, to, [&](const std::string &name, const Item *a, const Item *b) {
            compare(a, b, shown + '[' + name + ']', table + "[]");
        });
        const std::string before = order(from, to), after = order(to, from);
        if (before != after) changes.push_back({shown, table, "order " + before, "order " + after});
    }

    template <class Fn> static void each(const Parts &from, const Parts &to, const Fn &fn) {
        for (const auto &[name, item] : from.list())
            fn(name, item, to.find(name));
        for (const auto &[name, item] : to.list())
            if (from.find(name) == nullptr) fn(name, nullptr, item);
    }

    // The names that both have, in the order of the first.
    static std::string order(const Parts &of, const Parts &other) {
        std::string out;
        for (const auto &[name, item] : of.list())
            if (other.find(name) != nullptr) (out += out.empty() ? "" : ", ") += name;
        return out;
    }
};

std::vector<Change> changes(std::string_view running, std::string_view wanted) {
    const auto tree = [](std::string_view text) {
        Faults none;
        Bounds wide{largest_yaml * 64, most_nodes * 64}; // with defaults and places it is larger
        return parse_part(text, "", 0, wide, none).value_or(Item{});
    };
    const Item from = tree(running), to = tree(wanted);
    Comparison comparison;
    comparison.compare(&from, &to, "", "");
    return std::move(comparison.changes);
}

Reload reload_of(const Change &change) noexcept {
    const KeyInfo *key = row_of(change.table);
    return key != nullptr ? key->reload : Reload::yes;
}

} // namespace

std::vector<std::string> diff(std::string_view running, std::string_view wanted) {
    std::vector<std::string> out;
    for (const Change &change : changes(running, wanted))
        out.push_back(change.shown + ": " + change.from + " -> " + change.to +
                      (reload_of(change) == Reload::yes ? " (reload)" : " (restart)"));
    return out;
}

std::vector<std::string> needs_restart(const Config &running, const Config &wanted) {
    std::vector<std::string> out;
    for (const Change &change : changes(running.effective, wanted.effective)) {
        if (reload_of(change) == Reload::yes) continue;
        std::string key = change.table.substr(0, change.table.find('['));
        if (std::find(out.begin(), out.end(), key) == out.end()) out.push_back(std::move(key));
    }
    return out;
}

} // namespace roomd::config
