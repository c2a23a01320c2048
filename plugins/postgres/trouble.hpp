#pragma once

#include <string>
#include <string_view>

namespace roomd::postgres {

// Why the database cannot be used, and what to do about it.
struct Trouble {
    std::string why;
    std::string hint;     // or empty: it heals by itself, or the cure is not known
    bool lasting = false; // it stays until someone does something
};

// What libpq or the server said, on one line of bounded length, with what is known about it.
// `sqlstate` may be empty: libpq has none for an attempt to connect.
Trouble trouble_of(std::string_view said, std::string_view sqlstate = {});

// Text of one side that the other's encoding cannot express.
bool is_of_encoding(std::string_view sqlstate) noexcept;

// One line, at most 400 bytes, valid UTF-8 if `text` is.
std::string one_line(std::string_view text);

} // namespace roomd::postgres
