#pragma once

#include "config/key_info.hpp"
#include "config/tree.hpp"

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Two configurations side by side: what in one is what in the other.
namespace roomd::config {

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

Parts keys_of(const Item &map);
// Elements by name, or by number where they have no name.  `list` may be null.
Parts elements_of(const Item *list);
// Lists whose elements are compared one by one; either may be null.
bool are_lists_of_maps(const Item *from, const Item *to) noexcept;

// Whether a reload applies a change at this path of the key table ("listen[].mode"): by the row of
// the key, or of the nearest above it.
Reload reload_of(std::string_view table) noexcept;
// Whether the members of the map at this path have names of the operator's choice: "rooms".
bool are_names_free(std::string_view table);
// Whether two values mean the same: "1m" and "60s" do.
bool same(const Item &a, const Item &b, std::string_view table);

// Text that config/effective made, as a tree.
Item effective_tree(std::string_view text);

} // namespace roomd::config
