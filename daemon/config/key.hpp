#pragma once

#include "base/clock.hpp"
#include "config/key_table.hpp"

#include <cstddef>
#include <string_view>
#include <variant>

namespace roomd::config {

// A scalar key that is kept as a member of a Kept: all that is said about it anywhere.  Reading,
// the key table, the schema and the reference come from it.
template <class Kept> struct Key {
    KeyInfo info;
    std::variant<std::size_t Kept::*, base::Duration Kept::*, bool Kept::*> member;
};

struct Range {
    std::string_view least, most; // as one would write them
};

template <class Kept, class Value>
constexpr Key<Kept> key(std::string_view path, Value Kept::*member, std::string_view unit,
                        std::string_view initial, Range range, Reload reload,
                        std::string_view what) {
    return {{path, initial, unit, reload, Built::yes, what, {}, false, range.least, range.most},
            member};
}

template <class Kept>
constexpr Key<Kept> count(std::string_view path, std::size_t Kept::*member,
                          std::string_view initial, Range range, Reload reload,
                          std::string_view what) {
    return key(path, member, "count", initial, range, reload, what);
}

template <class Kept>
constexpr Key<Kept> size(std::string_view path, std::size_t Kept::*member, std::string_view initial,
                         Range range, Reload reload, std::string_view what) {
    return key(path, member, "size", initial, range, reload, what);
}

template <class Kept>
constexpr Key<Kept> duration(std::string_view path, base::Duration Kept::*member,
                             std::string_view initial, Range range, Reload reload,
                             std::string_view what) {
    return key(path, member, "duration", initial, range, reload, what);
}

template <class Kept>
constexpr Key<Kept> flag(std::string_view path, bool Kept::*member, std::string_view initial,
                         Reload reload, std::string_view what) {
    return key(path, member, "boolean", initial, {}, reload, what);
}

// What a key of the table says by its text.  It is good: a test goes through all of them.
void parse(const KeyInfo &, std::string_view text, std::size_t &out);
void parse(const KeyInfo &, std::string_view text, base::Duration &out);
void parse(const KeyInfo &, std::string_view text, bool &out);

// Gives each member its default.
template <class Kept, class Keys> void set_initial(Kept &out, const Keys &keys) {
    for (const Key<Kept> &key : keys)
        std::visit([&](auto member) { parse(key.info, key.info.initial, out.*member); },
                   key.member);
}

} // namespace roomd::config
