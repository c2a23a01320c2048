#pragma once

#include "emits/event.hpp"

#include <string_view>
#include <vector>

namespace roomd::emits {

// What members of any body can have wrong, always a 422.

// `name` is as long as its sender liked.  Gives the nearest of the `known` ones.
Problem unknown_member(std::string_view name, const std::vector<std::string_view> &known);
Problem duplicate_member(std::string_view name);
// `wanted` says what the member must be ("a string"), `value` is the JSON that came.
Problem wrong_type(std::string_view name, std::string_view wanted, std::string_view value);

} // namespace roomd::emits
