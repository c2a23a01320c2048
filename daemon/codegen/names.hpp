#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace roomd::codegen {

using Words = std::vector<std::string>;

// "booking:checkIn" as booking, check, in: ASCII letters and digits, in lower case.
Words words_of(std::string_view name);

// The words of an identifier: "event" is added where they would begin with a digit, or be a word
// that a language or an emitter has for itself.  None when `name` has no letter and no digit.
Words call_of(std::string_view event);
// ... of a type, in the same way.
std::string type_of(std::string_view name);

// Do generated files have or import something of that name?
bool is_reserved_type(std::string_view name) noexcept;

std::string camel(const Words &);  // bookingCheckIn
std::string pascal(const Words &); // BookingCheckIn
std::string snake(const Words &);  // booking_check_in

// Is it one as it stands, in each of the languages?  (ASCII only.)
bool is_identifier(std::string_view) noexcept;

} // namespace roomd::codegen
