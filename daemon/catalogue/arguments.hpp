#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace roomd::catalogue {

// What is wrong with one of an event's leading arguments, by its place in the list.
struct ArgumentFault {
    std::size_t at = 0;
    std::string what;
};

// Generated calls take `arguments` ahead of the data and merge them into it: each must be a member
// that `schema` (JSON text; empty: there is none) describes, and be there once.
std::vector<ArgumentFault> check_arguments(const std::vector<std::string> &arguments,
                                           std::string_view schema);

} // namespace roomd::catalogue
