#pragma once

#include "config/fault.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace roomd::config {

struct Entry;

// A YAML value and where it is.
struct Item {
    enum class Kind : std::uint8_t { null, scalar, list, map };

    Kind kind = Kind::null;
    bool quoted = false; // a scalar that is text whatever it looks like
    Mark mark;
    std::string text;           // of a scalar
    std::vector<Item> items;    // of a list
    std::vector<Entry> entries; // of a map, in the order of the file; keys are unique

    const Item *find(std::string_view key) const noexcept;
};

struct Entry {
    std::string key;
    Mark mark; // of the key
    Item value;
    bool quoted = false; // the key is text whatever it looks like
};

// What it is, in a message: "a list", "text" when it is quoted.
const char *name_of(const Item &item) noexcept;

inline constexpr std::size_t largest_yaml = 1u << 20; // bytes
inline constexpr std::size_t deepest_yaml = 32;
inline constexpr std::size_t most_nodes = 100000; // after aliases are expanded

// What may still be read: all files of one configuration share it.
struct Bounds {
    std::size_t bytes = largest_yaml;
    std::size_t nodes = most_nodes;
};

// Parses one YAML document; nothing else uses yaml-cpp.  What yaml-cpp would accept silently is a
// fault here: duplicate keys, `<<`, tags, keys that are not text, a second document, and text that
// is too large, too deep or grows by its aliases.  nullopt when it cannot be read at all; after
// duplicates and the like the rest is still returned.
std::optional<Item> parse_yaml(std::string_view text, const std::string &path, Faults &faults);

// The same for one of several files: its marks say `file`, and it takes its part of `left`.  A file
// that holds nothing is no fault here: it gives null at no line.
std::optional<Item> parse_part(std::string_view text, const std::string &path, std::size_t file,
                               Bounds &left, Faults &faults);

} // namespace roomd::config
