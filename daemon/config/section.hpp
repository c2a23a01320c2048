#pragma once

#include "base/clock.hpp"
#include "config/key.hpp"
#include "config/source.hpp"
#include "config/tree.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace roomd::config {

// One text of a list, with its place.
struct Text {
    std::string value;
    Mark mark;
    std::string shown; // "portals[0].origins[1]"
};

// One map of the file, read key by key.  It refuses keys that the key table does not have, or that
// have no effect yet.  An absent value leaves the member at its default.  Whatever is wrong becomes
// a fault, and reading goes on.
class Section {
public:
    // `table`: the map's path in the key table; `shown`: its path in this file.
    Section(const Source &, const Item &root);
    enum class Others { refused, taken }; // keys the table does not have
    Section(const Source &, const Item *, Mark parent, std::string table, std::string shown,
            Others others = Others::refused);

    void text(std::string_view name, std::string &out) const;
    void path(std::string_view name, std::string &out) const; // made absolute
    // Permissions of a Unix socket.  False: absent or a fault.
    bool mode(std::string_view name, unsigned &out) const;
    void flag(std::string_view name, bool &out) const;
    void count(std::string_view name, std::size_t &out, std::size_t least, std::size_t most) const;
    void size(std::string_view name, std::size_t &out, std::size_t least, std::size_t most) const;
    void duration(std::string_view name, base::Duration &out, base::Duration least,
                  base::Duration most) const;
    // Reads every key of these rows that has a member; a required one that is missing is a fault.
    template <class Keys, class Kept> void read(const Keys &keys, Kept &out) const {
        for (const Key<Kept> &key : keys)
            if (!std::holds_alternative<std::monostate>(key.member) &&
                (!key.info.required() || require(key.info.name())))
                std::visit(Reading<Kept>{*this, key.info, out}, key.member);
    }
    // One of a few words: its index among them, or -1 when absent or a fault.
    int word(std::string_view name, const std::vector<std::string_view> &words) const;
    // A list of texts.  False: absent or a fault, and the default stays.
    bool texts(std::string_view name, std::vector<Text> &out) const;
    // One text of a list.  Nothing: it is a fault, which is added.
    std::optional<Text> element(std::string_view name, std::size_t i) const;
    // The texts of a list that was read; those with a fault are left out.
    std::vector<Text> elements(std::string_view name) const;

    Section map(std::string_view name, Others = Others::refused) const;
    // `table`: where its keys are in the key table, when not below `name`.
    std::vector<Section> list(std::string_view name, Others = Others::refused,
                              std::string table = {}) const;
    // One map of a list whose other elements may be texts.
    Section entry(std::string_view name, std::size_t i) const;
    // Every entry of this map as a map of its own, for "*" keys.
    std::vector<std::pair<std::string, Section>> members() const;

    bool has(std::string_view name) const noexcept { return find(name) != nullptr; }
    const Item *find(std::string_view name) const noexcept;
    // Adds a fault when it is absent; the hint is the one of its row unless given.
    bool require(std::string_view name) const;
    bool require(std::string_view name, std::string hint) const;
    std::string how_to_write(std::string_view name) const; // the hint of its row, or empty
    void fault(std::string_view name, std::string what, std::string hint = {}) const;
    std::string shown(std::string_view name) const; // "\"socketio.path\""
    Mark mark() const noexcept { return mark_; }
    Mark mark(std::string_view name) const noexcept;
    const Source &source() const noexcept { return *source_; }
    const Item *node() const noexcept { return node_; }

private:
    void read_one(const KeyInfo &, std::size_t &out) const;
    void read_one(const KeyInfo &, base::Duration &out) const;
    void read_one(const KeyInfo &, bool &out) const;
    void read_one(const KeyInfo &, unsigned &out) const;
    void read_one(const KeyInfo &, std::string &out) const;
    void read_one(const KeyInfo &, std::vector<std::string> &out) const;

    template <class Kept> struct Reading {
        const Section &in;
        const KeyInfo &info;
        Kept &out;
        void operator()(std::monostate) const {}
        void operator()(const Choice<Kept> &choice) const {
            if (const int n = in.word(info.name(), words_of(info)); n >= 0)
                choice.set(out, static_cast<std::size_t>(n));
        }
        template <class Value> void operator()(Value Kept::*member) const {
            in.read_one(info, out.*member);
        }
    };

    void check_names(Others) const;
    std::string path_of(std::string_view name) const;
    // The scalar of `name`, or null when it is absent or a fault.
    const Item *scalar(std::string_view name, const char *wanted) const;
    template <class Value, class Shown>
    bool in_range(std::string_view name, Value value, Value least, Value most, Shown show) const;

    const Source *source_;
    const Item *node_ = nullptr; // null: an empty map
    Mark mark_;
    std::string table_;
    std::string shown_;
};

} // namespace roomd::config
