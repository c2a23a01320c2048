#pragma once

#include "base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace roomd::json {

enum class Kind : std::uint8_t { null, boolean, number, string, array, object };

inline constexpr std::size_t default_depth = 128;

// The kind of `text` if it is one valid JSON value (RFC 8259, UTF-8), no deeper than `depth`, with
// at most `most` elements or members itself (at least 1).  Iterative: no input can exhaust the
// stack.  Refuses numbers beyond double, which not all peers can read, a byte order mark and NUL
// (nlohmann: end).  Accepts lone surrogate escapes, as JSON.stringify writes them (nlohmann refuses
// them: a later parse() of the text may fail).
base::Result<Kind> check(std::string_view text, std::size_t depth = default_depth,
                         std::size_t most = SIZE_MAX);

// Why check() refuses a text, and how many bytes of it come before the fault; for messages.
struct Fault {
    enum class Why : std::uint8_t { malformed, too_deep, too_many, number_too_large };
    Why why;
    std::size_t offset;
};
// Of a text that check() refuses without a bound on elements.
Fault find_fault(std::string_view text, std::size_t depth = default_depth);

// The functions below take text that check() accepted; they give views into it and build no DOM.

// The texts of the elements of an array, at most `most` of them.
void split_array(std::string_view array, std::vector<std::string_view> &out,
                 std::size_t most = SIZE_MAX);
// Walks the elements of an array in their order, without a vector of them.
class Elements {
public:
    explicit Elements(std::string_view array) noexcept;
    // The text of the next one; empty when there is none, or it is not an array.
    std::string_view next() noexcept;

private:
    std::string_view array_;
    std::size_t at_ = 1;
};

// Walks the members of an object in their order, duplicates and all.
class Members {
public:
    explicit Members(std::string_view object) noexcept;
    bool next() noexcept; // to the next one; false: there is none, or it is not an object
    std::string_view name() const noexcept { return name_; } // a literal, with its quotes
    std::string_view value() const noexcept { return value_; }
    bool is(std::string_view key) const; // whether the name, as written or unescaped, is `key`

private:
    std::string_view object_, name_, value_;
    std::size_t at_ = 1;
};

// The members of an object in order, including duplicates, each name as a literal.
using Member = std::pair<std::string_view, std::string_view>;
void split_object(std::string_view object, std::vector<Member> &out);
// The text of the first element; empty when there is none or `array` is not an array.
std::string_view first_element(std::string_view array);
// The text of a member's value, or empty when there is none; the last of duplicates wins.
std::string_view member(std::string_view object, std::string_view key);
// Whether an object, at any depth, has a duplicate member.  Names are compared unescaped, however
// they are written.
bool has_duplicates(std::string_view text);
// The value of a string literal; "" for other kinds.  Lone surrogates become U+FFFD.
std::string string(std::string_view literal);
Kind kind(std::string_view text);
// Whether the number is an integer that JavaScript writes the same way: no fraction, no exponent,
// no minus zero, and at most 2^53 - 1; above that two ids could become the same number.
bool is_exact_integer(std::string_view number) noexcept;
// Without white space at either end.
std::string_view trim(std::string_view text) noexcept;

// A token as it is written in a JSON pointer (RFC 6901): "~" and "/" escaped.
std::string escaped_token(std::string_view);
// The value of such a token; nothing when a "~" in it escapes neither.
std::optional<std::string> unescaped_token(std::string_view);

// Appends `text` as a string literal.  Invalid UTF-8 becomes U+FFFD: the result is always valid.
void append_quoted(std::string &out, std::string_view text);
std::string quoted(std::string_view text);

} // namespace roomd::json
