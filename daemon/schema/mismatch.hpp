#pragma once

#include <string>
#include <string_view>

namespace roomd::schema {

// Why data does not fit.
struct Mismatch {
    std::string pointer;        // into the data
    std::string text;           // "must be at least 1"
    std::string keyword;        // where the schema says so: "/properties/guests/minimum"
    bool given_up = false;      // the check would take too long
    std::string_view word = {}; // the keyword, a literal; empty: of no keyword
};

} // namespace roomd::schema
