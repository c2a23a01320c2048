#pragma once

#include "log/line.hpp"

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <string_view>

namespace roomd::log {

struct Options {
    Level level = Level::info; // and what is more severe
    Style style;
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
