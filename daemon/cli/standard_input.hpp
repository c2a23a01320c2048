#pragma once

#include <cstddef>
#include <iosfwd>
#include <string>

namespace roomd::cli {

// Bounded, as standard input may be endless: longer input is cut to most + 1 bytes, which its
// caller refuses.

std::string all_of(std::istream &, std::size_t most);
// The first line, without its newline and blanks around it.
std::string first_line(std::istream &, std::size_t most);

} // namespace roomd::cli
