#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace roomd::base {

// RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF.
bool is_utf8(std::string_view bytes) noexcept;
// The length of the well-formed sequence at the front of `bytes`, 0 when there is none.
std::size_t utf8_sequence(std::string_view bytes) noexcept;

// The character at the front of any text that is not empty; bytes that are not UTF-8 come one at a
// time.
struct Rune {
    std::size_t size; // in bytes
    char32_t code;
    bool valid;
};
Rune first_rune(std::string_view text) noexcept;

// Whether it moves a terminal's cursor, ends the line or changes the direction of the text: C0,
// DEL, C1, bidirectional marks, line and paragraph separators, the byte order mark.
bool is_unseen(char32_t) noexcept;

// Appends `text` made safe for a terminal: unseen characters escaped as in JSON, "\u202e", invalid
// bytes as "\xff".  Line ends and tabs are escaped too, or kept.
enum class Breaks : unsigned char { shown, kept };
void append_visible(std::string &out, std::string_view text, Breaks);
// The same for one line; at most `limit` bytes, and "..." when there were more.
std::string visible(std::string_view text, std::size_t limit = 200);

inline bool is_one_of(std::string_view text,
                      std::initializer_list<std::string_view> words) noexcept {
    return std::find(words.begin(), words.end(), text) != words.end();
}

// Does `pattern` mean `name`: the name itself, or a prefix of it that ends in '*'?
bool matches(std::string_view pattern, std::string_view name) noexcept;

// The candidate within a small edit distance of `word`, or empty: for "did you mean".
std::string_view nearest(std::string_view word, const std::vector<std::string_view> &candidates);

// `text` for a one-line message: unseen characters and invalid UTF-8 replaced by '?', at most
// `limit` bytes, and "..." when there were more.
std::string printable(std::string_view text, std::size_t limit = 200);

// The same between double quotes.
std::string in_quotes(std::string_view text, std::size_t limit = 200);

// "a, b, c".
std::string joined(const std::vector<std::string_view> &words);

// `bytes` with each byte that is not UTF-8 replaced by U+FFFD.
std::string to_utf8(std::string_view bytes);

// ASCII only; locale-free.
std::string lower(std::string_view text);
bool equal_nocase(std::string_view a, std::string_view b) noexcept;

// `text` without blanks and tabs at its ends, which headers allow (RFC 9110, 5.6.3).
std::string_view trim(std::string_view text) noexcept;

// "2026-11-23T09:00:00.000Z".
std::string iso8601(std::int64_t unix_ms);

} // namespace roomd::base
