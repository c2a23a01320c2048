#include "app/notify.hpp"

#include <cstdint>
#include <ctime>
#include <string>
#include <systemd/sd-daemon.h>

namespace roomd::app {

void Notify::ready(std::string_view status) const noexcept {
    sd_notifyf(0, "READY=1\nSTATUS=%.*s", static_cast<int>(status.size()), status.data());
}

void Notify::reloading() const noexcept {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    // Type=notify-reload wants the time when the reload began; Type=notify ignores it.
    const auto usec = static_cast<unsigned long long>(now.tv_sec) * 1000000u +
                      static_cast<unsigned long long>(now.tv_nsec) / 1000u;
    sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%llu", usec);
}

void Notify::stopping(std::string_view status, base::Duration within) const noexcept {
    const auto usec = static_cast<unsigned long long>(within.count()) * 1000u;
    sd_notifyf(0, "STOPPING=1\nSTATUS=%.*s\nEXTEND_TIMEOUT_USEC=%llu",
               static_cast<int>(status.size()), status.data(), usec);
}

void Notify::alive() const noexcept {
    sd_notify(0, "WATCHDOG=1");
}

base::Duration Notify::watchdog_period() const noexcept {
    std::uint64_t usec = 0;
    if (sd_watchdog_enabled(0, &usec) <= 0) return base::Duration::zero();
    return base::Duration(static_cast<std::int64_t>(usec / 2000));
}

} // namespace roomd::app
