#pragma once

#include "log/log.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace roomd::log {

// One line of the log, without its newline.  Pure.  Whatever bytes a stranger puts into message,
// keys or values, the result is one line of valid UTF-8 that they cannot forge, and bounded: at
// most 32 fields, 1024 bytes of each value.
std::string line(const Options &, std::int64_t unix_ms, Level, std::string_view message,
                 std::span<const Field> fields);

} // namespace roomd::log
