#include "config/diff.hpp"

#include "base/text.hpp"
#include "config/matching.hpp"
#include "config/yaml_text.hpp"

#include <algorithm>
#include <utility>

namespace roomd::config {
namespace {

struct Change {
    std::string shown; // "listen[127.0.0.1:3001].mode"
    std::string table; // "listen[].mode"
    std::string from, to;
};

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
        if (from != nullptr && to != nullptr && same(*from, *to, table)) return;
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
        const bool free = are_names_free(table);
        const std::string dot = shown.empty() ? "" : ".";
        each(from, to, [&](const std::string &key, const Item *a, const Item *b) {
            compare(a, b, shown + dot + key, table + dot + (free ? "*" : key));
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
    const Item from = effective_tree(running), to = effective_tree(wanted);
    Comparison comparison;
    comparison.compare(&from, &to, "", "");
    return std::move(comparison.changes);
}

} // namespace

std::vector<std::string> diff(std::string_view running, std::string_view wanted) {
    std::vector<std::string> out;
    for (const Change &change : changes(running, wanted))
        out.push_back(change.shown + ": " + change.from + " -> " + change.to +
                      (reload_of(change.table) == Reload::yes ? " (reload)" : " (restart)"));
    return out;
}

std::vector<std::string> changed(std::string_view running, std::string_view wanted) {
    std::vector<std::string> out;
    for (Change &change : changes(running, wanted))
        out.push_back(std::move(change.shown));
    return out;
}

std::vector<std::string> needs_restart(const Config &running, const Config &wanted) {
    std::vector<std::string> out;
    for (const Change &change : changes(running.effective, wanted.effective)) {
        if (reload_of(change.table) == Reload::yes) continue;
        std::string key = change.table.substr(0, change.table.find('['));
        if (std::find(out.begin(), out.end(), key) == out.end()) out.push_back(std::move(key));
    }
    return out;
}

} // namespace roomd::config
