#pragma once

#include "schema/model.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// Puts into words what a schema requires.
namespace roomd::schema {

std::string shown(double number);
// A name in quotes, fit for one line.
std::string quoted_name(std::string_view);
const char *name_of(Type) noexcept;

// "must be one of 1, 2", as far as fits on a line.
std::string must_be_among(const std::vector<std::string> &values);

// "must have at least 3 characters".
std::string must_have(const char *at, std::uint64_t count, const char *one, const char *many);

} // namespace roomd::schema
