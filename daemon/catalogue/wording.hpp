#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <valijson/constraints/concrete_constraints.hpp>

// How what a schema wants is told.
namespace roomd::catalogue {

using JsonType = valijson::constraints::TypeConstraint::JsonType;

std::string shown(double number);
// A name in quotes, fit for one line.
std::string quoted_name(std::string_view);
const char *name_of(JsonType) noexcept;

// "must have at least 3 characters".
std::string must_have(const char *at, std::uint64_t count, const char *one, const char *many);

} // namespace roomd::catalogue
