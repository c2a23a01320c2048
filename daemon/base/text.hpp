#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace roomd::base {

// RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF.
bool is_utf8(std::string_view bytes) noexcept;
// The length of the well-formed sequence at the front of `bytes`, 0 when there is none.
std::size_t utf8_sequence(std::string_view bytes) noexcept;

// The character at the front of text that may be anything, and not empty; bytes that are no UTF-8
// come one at a time.
struct Rune {
    std::size_t size; // in bytes
    char32_t code;
    bool valid;
};
Rune first_rune(std::string_view text) noexcept;

// Would it move a terminal's cursor, end the line or turn the direction of what follows?  C0, DEL,
// C1, the marks of bidirectional text, line and paragraph separators, the byte order mark.
bool is_unseen(char32_t) noexcept;

// With what is unseen written out as JSON does it, "\u202e", and bytes that are no UTF-8 as "\xff":
// fit for a terminal.  Line ends and tabs are unseen too, or left as they are.
enum class Breaks : unsigned char { shown, kept };
void append_visible(std::string &out, std::string_view text, Breaks);
// Of one line; at most `limit` bytes, and "..." when there were more.
std::string visible(std::string_view text, std::size_t limit = 200);

// Does `pattern` mean `name`: the name itself, or a prefix of it that ends in '*'?
bool matches(std::string_view pattern, std::string_view name) noexcept;

// The candidate within a small edit distance of `word`, or empty: for "did you mean".
std::string_view nearest(std::string_view word, const std::vector<std::string_view> &candidates);

// At most `limit` bytes, and "..." when there were more; what is unseen and invalid UTF-8 replaced
// by '?': fit for one line of a message.
std::string printable(std::string_view text, std::size_t limit = 200);

// What is not UTF-8 replaced by U+FFFD, byte by byte.
std::string to_utf8(std::string_view bytes);

// ASCII only; locale-free.
std::string lower(std::string_view text);
bool equal_nocase(std::string_view a, std::string_view b) noexcept;

// Without the blanks and tabs at both ends, as headers allow them (RFC 9110, 5.6.3).
std::string_view trim(std::string_view text) noexcept;

// "2026-11-23T09:00:00.000Z".
std::string iso8601(std::int64_t unix_ms);

} // namespace roomd::base
