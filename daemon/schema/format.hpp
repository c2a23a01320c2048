#pragma once

#include <string_view>
#include <vector>

namespace roomd::schema {

// A `format` of JSON Schema draft 7 that is checked here.  Every matcher reads its text once from
// front to end, whatever its length.
struct Format {
    std::string_view name;
    bool (*fits)(std::string_view) noexcept;
    std::string_view example;
};

// Null for formats that are not checked here.
const Format *find_format(std::string_view name) noexcept;
std::vector<std::string_view> format_names();

} // namespace roomd::schema
