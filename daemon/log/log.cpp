#include "log/log.hpp"

#include "base/clock.hpp"
#include "log/writer.hpp"

#include <atomic>
#include <mutex>
#include <optional>
#include <unistd.h>

namespace roomd::log {

struct Logger::Impl {
    Style style() const noexcept {
        return {format.load(std::memory_order_relaxed), priorities.load(std::memory_order_relaxed)};
    }
    void take(const Options &options) noexcept {
        level.store(options.level, std::memory_order_relaxed);
        format.store(options.style.format, std::memory_order_relaxed);
        priorities.store(options.style.journal_priorities, std::memory_order_relaxed);
    }

    std::atomic<Level> level{Level::info};
    std::atomic<Format> format{Format::text};
    std::atomic<bool> priorities{false};
    std::optional<Writer> writer; // none: Writing::at_once
    std::mutex whole;             // then keeps lines whole
};

Logger::Logger(const Options &options, Writing writing) : impl_(std::make_unique<Impl>()) {
    impl_->take(options);
    if (writing == Writing::behind) impl_->writer.emplace(STDERR_FILENO, options.style);
}

Logger::~Logger() = default;

void Logger::write(Level level, std::string_view message, std::span<const Field> fields) noexcept {
    if (!wants(level)) return;
    std::string text = line(impl_->style(), base::unix_ms(), level, message, fields);
    if (impl_->writer) return impl_->writer->put(text);
    text += '\n';
    const std::lock_guard lock(impl_->whole);
    write_all(STDERR_FILENO, text);
}

bool Logger::wants(Level level) const noexcept {
    return level <= impl_->level.load(std::memory_order_relaxed);
}

void Logger::reconfigure(const Options &options) {
    impl_->take(options);
    if (impl_->writer) impl_->writer->restyle(options.style);
}

void Logger::flush(std::chrono::milliseconds longest) noexcept {
    if (impl_->writer) impl_->writer->flush(longest);
}

std::uint64_t Logger::dropped() const noexcept {
    return impl_->writer ? impl_->writer->dropped() : 0;
}

} // namespace roomd::log
