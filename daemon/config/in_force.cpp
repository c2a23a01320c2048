#include "config/in_force.hpp"

#include "config/matching.hpp"
#include "config/yaml_text.hpp"

#include <algorithm>
#include <optional>

namespace roomd::config {
namespace {

constexpr std::string_view until_restart = "; a change needs a restart";
constexpr std::string_view was_kept = "; the plugin kept it";

// Where the line of a value comes from, as Mark::file.
enum Origin : std::size_t { from_wanted, from_before, from_before_kept };

void set_origin(Item &item, Origin origin) {
    item.mark.file = origin;
    for (Item &element : item.items)
        set_origin(element, origin);
    for (Entry &entry : item.entries)
        set_origin(entry.value, origin);
}

bool contains(const std::vector<std::string> &list, const std::string &name) noexcept {
    return std::find(list.begin(), list.end(), name) != list.end();
}

class Merge {
public:
    explicit Merge(const Unapplied &unapplied) : unapplied_(unapplied) {}

    std::optional<Item> value(const Item *before, const Item *wanted,
                              const std::string &table) const {
        const bool maps = before != nullptr && wanted != nullptr &&
                          before->kind == Item::Kind::map && wanted->kind == Item::Kind::map;
        if (maps) return members(*before, *wanted, table);
        if (are_lists_of_maps(before, wanted)) return elements(before, wanted, table);
        const bool stays = reload_of(table) == Reload::no;
        if (before != nullptr && wanted != nullptr && same(*before, *wanted, table)) return *wanted;
        if (!stays) return copy(wanted);
        std::optional<Item> out = copy(before);
        if (out) set_origin(*out, from_before);
        return out;
    }

private:
    static std::optional<Item> copy(const Item *item) {
        return item != nullptr ? std::optional(*item) : std::nullopt;
    }

    Item members(const Item &before, const Item &wanted, const std::string &table) const {
        const Parts old = keys_of(before), now = keys_of(wanted);
        const std::string below =
            table + (table.empty() ? "" : ".") + (are_names_free(table) ? "*" : "");
        const bool free = below.ends_with('*');
        Item out = wanted;
        out.entries.clear();
        const auto add = [&](const std::string &key, const Item *a, const Item *b) {
            if (auto item = value(a, b, free ? below : below + key))
                out.entries.push_back({key, {}, *std::move(item)});
        };
        for (const auto &[key, item] : now.list())
            add(key, old.find(key), item);
        for (const auto &[key, item] : old.list())
            if (now.find(key) == nullptr) add(key, item, nullptr);
        return out;
    }

    // In the order of those that decide.
    std::optional<Item> elements(const Item *before, const Item *wanted,
                                 const std::string &table) const {
        const bool stays = reload_of(table + "[]") == Reload::no;
        const Item *first = stays ? before : wanted;
        if (first == nullptr) return std::nullopt;
        const Parts old = elements_of(before), now = elements_of(wanted);
        Item out = *first;
        out.items.clear();
        for (const auto &[name, item] : (stays ? old : now).list()) {
            const Item *a = old.find(name), *b = now.find(name);
            if (table == "plugins.load" && contains(unapplied_.stopped, name)) continue;
            if (table == "plugins.load" && contains(unapplied_.kept, name) && a != nullptr) {
                out.items.push_back(*a);
                set_origin(out.items.back(), from_before_kept);
            } else if (auto merged = value(a, b, table + "[]")) {
                out.items.push_back(*std::move(merged));
            }
        }
        return out;
    }

    const Unapplied &unapplied_;
};

// The lines of a text by their numbers.
class Comments {
public:
    explicit Comments(std::string_view text) {
        for (std::size_t at = 0; at < text.size();) {
            const std::size_t end = std::min(text.find('\n', at), text.size());
            lines_.push_back(text.substr(at, end - at));
            at = end + 1;
        }
    }
    std::string of(Mark mark, std::string_view why) const {
        constexpr std::string_view begin = "  # ";
        if (mark.line == 0 || mark.line > lines_.size()) return "default";
        const std::string_view line = lines_[mark.line - 1];
        const std::size_t at = line.rfind(begin);
        std::string out(at == line.npos ? "" : line.substr(at + begin.size()));
        for (const std::string_view old : {until_restart, was_kept})
            if (out.ends_with(old)) out.resize(out.size() - old.size());
        return out.append(why);
    }

private:
    std::vector<std::string_view> lines_;
};

} // namespace

std::string in_force(std::string_view before, std::string_view wanted, const Unapplied &unapplied) {
    const Item old = effective_tree(before), now = effective_tree(wanted);
    const Comments of_old(before), of_now(wanted);
    const Item merged = Merge(unapplied).value(&old, &now, "").value_or(Item{});
    return in_lines(merged, [&](Mark mark) {
        switch (mark.file) {
        case from_before: return of_old.of(mark, until_restart);
        case from_before_kept: return of_old.of(mark, was_kept);
        default: return of_now.of(mark, "");
        }
    });
}

} // namespace roomd::config
