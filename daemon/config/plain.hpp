#pragma once

#include <string>
#include <string_view>

// What readers of YAML make of plain scalars, those without quotes.  Pure.
namespace roomd::config {

// What some reader of YAML 1.1 or 1.2 reads it as, when that is not text: "true or false",
// "nothing", "a number", "a time", "a date". nullptr when all read it as text, and for a whole
// number that reads back as it is written ("42", "-7"; not "007", "+7", "1_000", or beyond 2^53).
const char *other_reading(std::string_view plain) noexcept;

// "true" or "false" when it is a boolean of YAML 1.2's core schema, else nullptr.
const char *json_boolean(std::string_view plain) noexcept;

// A decimal number of YAML 1.2's core schema as JSON writes it, or "" when it is not one.  "007" is
// not: some readers take it for octal.
std::string json_number(std::string_view plain);

} // namespace roomd::config
