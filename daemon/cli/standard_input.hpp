#pragma once

#include <cstddef>
#include <iosfwd>
#include <string>

namespace roomd::cli {

// Bounded, as standard input may have no end: what is longer than `most` bytes is cut to most + 1,
// which its reader refuses.

std::string all_of(std::istream &, std::size_t most);
// Without its line end, and without blanks around it.
std::string first_line(std::istream &, std::size_t most);

} // namespace roomd::cli
