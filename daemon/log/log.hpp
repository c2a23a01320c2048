#pragma once

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <memory>
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

// What varies in a line.  A number is formatted here, so guard costly fields with wants().
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

struct Options {
    Level level = Level::info;
    Format format = Format::text;
    bool journal_priorities = false; // "<6>" in front, when stderr is the journal
};

// Who writes a line to stderr.
enum class Writing : std::uint8_t {
    at_once, // the caller, which blocks when nobody reads
    behind   // a thread of the logger: the caller never waits.  See Writer for bound and crash
};

// Constant message + fields, one line each, to stderr.  Values are escaped: no stranger can forge a
// line.  Safe from any thread.
class Logger {
public:
    explicit Logger(const Options &, Writing = Writing::at_once);
    ~Logger(); // waits for lines that are not written yet, at most a second
    Logger(const Logger &) = delete;
    Logger &operator=(const Logger &) = delete;

    void write(Level, std::string_view message, std::span<const Field> fields) noexcept;
    bool wants(Level) const noexcept;
    void reconfigure(const Options &);
    // Waits until all lines so far are written, but no longer than this.
    void flush(std::chrono::milliseconds) noexcept;
    // Lines that were dropped because nobody read; only with Writing::behind.
    std::uint64_t dropped() const noexcept;

    void error(std::string_view m, std::initializer_list<Field> f = {}) noexcept {
        put(Level::error, m, f);
    }
    void warning(std::string_view m, std::initializer_list<Field> f = {}) noexcept {
        put(Level::warning, m, f);
    }
    void notice(std::string_view m, std::initializer_list<Field> f = {}) noexcept {
        put(Level::notice, m, f);
    }
    void info(std::string_view m, std::initializer_list<Field> f = {}) noexcept {
        put(Level::info, m, f);
    }
    void debug(std::string_view m, std::initializer_list<Field> f = {}) noexcept {
        put(Level::debug, m, f);
    }

private:
    void put(Level level, std::string_view message, std::initializer_list<Field> fields) noexcept {
        if (wants(level)) write(level, message, {fields.begin(), fields.size()});
    }
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace roomd::log
