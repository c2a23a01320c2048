#include "log/log.hpp"

#include "base/clock.hpp"
#include "log/line.hpp"

#include <atomic>

#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>

namespace roomd::log {

// spdlog owns the descriptor and the lock that keeps lines whole; what a line says is ours.
struct Logger::Impl {
    Impl() : out("roomd", std::make_shared<spdlog::sinks::stderr_sink_mt>()) {
        out.set_level(spdlog::level::trace); // wants() has decided
        out.set_formatter(std::make_unique<spdlog::pattern_formatter>(
            "%v", spdlog::pattern_time_type::utc, "\n"));
    }

    Options options() const noexcept {
        return {level.load(std::memory_order_relaxed), format.load(std::memory_order_relaxed),
                priorities.load(std::memory_order_relaxed)};
    }
    void take(const Options &options) noexcept {
        level.store(options.level, std::memory_order_relaxed);
        format.store(options.format, std::memory_order_relaxed);
        priorities.store(options.journal_priorities, std::memory_order_relaxed);
    }

    spdlog::logger out;
    std::atomic<Level> level{Level::info};
    std::atomic<Format> format{Format::text};
    std::atomic<bool> priorities{false};
};

Logger::Logger(const Options &options) : impl_(std::make_unique<Impl>()) {
    impl_->take(options);
}

Logger::~Logger() = default;

void Logger::write(Level level, std::string_view message, std::span<const Field> fields) noexcept {
    if (!wants(level)) return;
    const std::string text = line(impl_->options(), base::unix_ms(), level, message, fields);
    impl_->out.log(spdlog::level::info, spdlog::string_view_t(text.data(), text.size()));
}

bool Logger::wants(Level level) const noexcept {
    return level <= impl_->level.load(std::memory_order_relaxed);
}

void Logger::reconfigure(const Options &options) {
    impl_->take(options);
}

} // namespace roomd::log
