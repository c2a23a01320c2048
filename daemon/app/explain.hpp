#pragma once

#include "app/forecast.hpp"

#include <string>
#include <string_view>

namespace roomd::app {

// The forecasts with what people want to read beside them: for `roomd explain` and the console.

// May the visitor be in the room?  With a hint what to do about a refused token.
Forecast explain_join(const config::Config &, const Visitor &, std::string_view room,
                      std::int64_t now_ms);
// What becomes of this body of POST /api/emit?  With what the catalogue says about the event.
Forecast explain_emit(const config::Config &, std::string_view body);

// {"yes":..,"code":..,"why":..}, and "automatic" of a join, or the "rooms" of an event.
enum class About : std::uint8_t { join, event };
std::string explained_json(const Forecast &, About);

// What to do about a refused token, by its code (docs/auth.md); empty for other codes.
std::string_view what_to_do(std::string_view code) noexcept;

} // namespace roomd::app
