#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

namespace roomd::log {

enum class Level : std::uint8_t {
    error = 3,
    warning = 4,
    notice = 5,
    info = 6,
    debug = 7
}; // syslog

// What varies in a line.  A number is formatted here, so guard costly fields with Logger::wants().
struct Field {
    Field(std::string_view key, std::string_view value) : key(key), text(value) {}
    Field(std::string_view key, const char *value) : key(key), text(value) {}
    Field(std::string_view key, const std::string &value) : key(key), text(value) {}
    template <class T>
    requires std::is_integral_v<T> Field(std::string_view key, T value) :
        key(key),
        number(std::to_string(value)) {}
    std::string_view key, text;
    std::string number;
    std::string_view value() const noexcept { return number.empty() ? text : number; }
};

enum class Format : std::uint8_t { text, json };

struct Style {
    Format format = Format::text;
    bool journal_priorities = false; // "<6>" in front, when stderr is the journal
};

// One line of the log, without its newline.  Pure.  Whatever bytes a stranger puts into message,
// keys or values, the result is one line of valid UTF-8 that they cannot forge, and bounded: at
// most 32 fields, 1024 bytes of each value.
std::string line(const Style &, std::int64_t unix_ms, Level, std::string_view message,
                 std::span<const Field> fields);

} // namespace roomd::log
