#pragma once

#include "base/clock.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace roomd::fetch {

// A document that was good, for the next start.
struct Copy {
    std::string url;
    std::int64_t fetched_ms = 0; // Unix time
    base::Duration fresh{};      // from then on
    std::string body;
};

// Its file in `folder`: one for each URL.
std::string file_of_copy(const std::string &folder, std::string_view url);

// As it is written: a line of JSON that says what it is and how long, with a checksum, then the
// body.
std::string text_of(const Copy &);
// Nothing when the text is not a whole copy of this URL's document.
std::optional<Copy> parse_copy(std::string_view text, std::string_view url);

enum class Found : std::uint8_t {
    good,
    none,
    damaged,   // not as it was written
    unreadable // `why`: not a file that this user may read, or too large
};
struct Kept {
    Found found = Found::none;
    Copy copy;
    std::string why;
};
// Why copies there may be somebody else's work: it is no folder, belongs neither to this user nor
// to root, or everyone may write to it.  Empty when it is good, or is not there.
std::string folder_fault(const std::string &folder);

Kept read_copy(const std::string &folder, std::string_view url, std::size_t most_body);

// Replaces the copy in one step, for the owner's eyes only; makes the folder when it is missing,
// and takes none with a folder_fault().
// Empty on success, else why not.  Blocks until it is on the disk: never on a loop.
std::string write_copy(const std::string &folder, const Copy &);

// Puts it aside, so that it is not read again: FILE.damaged.  Empty on success, else why not.
std::string set_aside(const std::string &file);

} // namespace roomd::fetch
