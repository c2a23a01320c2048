#pragma once

#include "base/clock.hpp"

#include <string_view>

namespace roomd::app {

// Reports to systemd (sd_notify(3)); does nothing when it did not start us.
class Notify {
public:
    void ready(std::string_view status) const noexcept;
    void reloading() const noexcept;
    // `within`: how long it may take, which may be more than the unit's TimeoutStopSec=.
    void stopping(std::string_view status, base::Duration within) const noexcept;
    void alive() const noexcept; // feeds the watchdog
    // Half of WatchdogSec, or zero when there is no watchdog.
    base::Duration watchdog_period() const noexcept;
};

} // namespace roomd::app
