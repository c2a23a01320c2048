#include "host/calls.hpp"

namespace roomd::host {

void Calls::threw(const char *what) noexcept {
    ++threw_count_;
    log_.error("plugin let an exception out", {{"plugin", plugin_}, {"call", what}});
}

void Calls::slow(const char *what, std::chrono::steady_clock::duration took) noexcept {
    ++slow_count_;
    const auto now = std::chrono::time_point_cast<base::Duration>(std::chrono::steady_clock::now());
    if (!lines_.take({1, 5}, now)) return;
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(took).count();
    log_.warning("plugin blocked the loop",
                 {{"plugin", plugin_}, {"call", what}, {"ms", ms}, {"slow_calls", slow_count_}});
}

} // namespace roomd::host
