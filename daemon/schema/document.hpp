#pragma once

#include "json/json.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace roomd::schema {

// A JSON text with the position of each of its values: one flat list in the order of the text.
// Nothing is copied out of it, and reading it does not recurse.  The name of a member is a string
// value of its own, in front of the member's value.
class Document {
public:
    using Index = std::uint32_t;
    static constexpr Index none = UINT32_MAX;
    static constexpr Index root = 0;

    // `text` has passed json::check(), has less than 4 GiB, and outlives this.
    explicit Document(std::string_view text);

    json::Kind kind(Index i) const noexcept { return values_[i].kind; }
    // The number of elements of a list, or of members of an object.
    std::size_t size(Index i) const noexcept { return values_[i].size; }
    // The index behind the value and everything in it.  What a container holds is at first() ..
    // next(): its elements, or names and values in turn.
    Index next(Index i) const noexcept { return values_[i].next; }
    static Index first(Index container) noexcept { return container + 1; }

    std::size_t values() const noexcept { return values_.size(); }
    std::size_t depth() const noexcept { return depth_; }
    // The name of a duplicate member, or none.
    Index duplicate() const noexcept { return duplicate_; }

    // As written.
    std::string_view text(Index) const noexcept;
    std::size_t offset(Index i) const noexcept { return values_[i].begin; }
    // The value of a string; in `scratch` when it is written with escapes.
    std::string_view string(Index, std::string &scratch) const;
    // The value of a number.
    double number(Index) const;
    // Whether it is a whole number that every JSON reader reads exactly: at most 2^53 - 1.
    bool whole(Index) const;
    Index member(Index object, std::string_view name) const;

    // The pointer to a value, or to the member of a name: "" or "/a/0/b".
    std::string pointer(Index) const;
    // What a pointer points to; none when there is nothing.
    Index find(std::string_view pointer) const;
    // The same text for equal values: numbers are compared by value, members ordered by name.
    std::string canonical(Index) const;

private:
    struct Value {
        std::uint32_t begin, end; // of the text
        Index next;               // while a container is open: the one around it
        std::uint32_t size;       // while it is open, names count too
        json::Kind kind;
        bool escaped;
    };

    Index add(std::size_t begin, std::size_t end, json::Kind, bool escaped, Index open);
    Index close(Index container, std::size_t end);
    void find_duplicate(Index object);
    bool says(Index string, std::string_view) const;
    void append_canonical(Index, std::string &out) const;

    std::string_view text_;
    std::vector<Value> values_;
    std::size_t depth_ = 0;
    Index duplicate_ = none;
};

} // namespace roomd::schema
