#include "config/merge.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <map>

namespace roomd::config {
namespace {

constexpr std::array<std::string_view, 5> appending{"listen", "portals", "keys", "auth.issuers",
                                                    "plugins.load"};

bool appends(std::string_view path) noexcept {
    return std::find(appending.begin(), appending.end(), path) != appending.end();
}

// An empty section, such as "plugins:" with all its keys commented out.
bool is_empty_section(const Item &item, const Item &other, std::string_view path) noexcept {
    return item.kind == Item::Kind::null && (other.kind == Item::Kind::map || appends(path));
}

// Depth is bounded by the parser.
void merge_value(const Source &source, Item &into, Entry from, const std::string &path);

void merge_maps(const Source &source, Item &into, Item from, const std::string &above) {
    std::map<std::string, std::size_t, std::less<>> places; // of a map's keys, which may be many
    for (std::size_t i = 0; i < into.entries.size(); ++i)
        places.emplace(into.entries[i].key, i);
    for (Entry &entry : from.entries) {
        const auto found = places.find(entry.key);
        const std::string path = above.empty() ? entry.key : above + '.' + entry.key;
        if (found == places.end())
            into.entries.push_back(std::move(entry));
        else
            merge_value(source, into.entries[found->second].value, std::move(entry), path);
    }
}

void merge_value(const Source &source, Item &into, Entry from, const std::string &path) {
    Item &value = from.value;
    if (is_empty_section(value, into, path)) return;
    if (is_empty_section(into, value, path)) {
        into = std::move(value);
    } else if (into.kind == Item::Kind::map && value.kind == Item::Kind::map) {
        merge_maps(source, into, std::move(value), path);
    } else if (into.kind == Item::Kind::list && value.kind == Item::Kind::list && appends(path)) {
        std::move(value.items.begin(), value.items.end(), std::back_inserter(into.items));
    } else {
        source.fault(from.mark, "duplicate \"" + path + '"',
                     "the first is at " + source.place(into.mark, from.mark) +
                         "; keep one of the two");
    }
}

} // namespace

void merge(const Source &source, Item &into, Item from) {
    if (from.kind == Item::Kind::null) return;
    if (from.kind != Item::Kind::map)
        return source.fault(from.mark,
                            std::string("the configuration must be a map, not ") + name_of(from));
    if (into.kind == Item::Kind::map)
        merge_maps(source, into, std::move(from), "");
    else if (into.kind == Item::Kind::null)
        into = std::move(from);
}

} // namespace roomd::config
