#include "host/calls.hpp"

namespace roomd::host {

const char *text(Call call) noexcept {
    static constexpr std::array<const char *, call_kinds> texts{
        "start",   "reload",  "stop",     "connect", "connected", "connect_failed", "disconnect",
        "join",    "event",   "request",  "room",    "publish",   "emitted",        "answer",
        "answers", "store",   "spool",    "timer",   "watch",     "post",           "on_drain",
        "members", "clients", "describe", "find",    "moved",     "stats"};
    return texts[static_cast<std::size_t>(call)];
}

void Calls::threw(Call call) noexcept {
    ++threw_count_;
    log_.error("plugin let an exception out", {{"plugin", plugin_}, {"call", text(call)}});
}

void Calls::slow(Call call, std::chrono::steady_clock::duration took) noexcept {
    ++slow_count_;
    const auto now = std::chrono::time_point_cast<base::Duration>(std::chrono::steady_clock::now());
    if (!lines_.take({1, 5}, now)) return;
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(took).count();
    log_.warning(
        "plugin blocked the loop",
        {{"plugin", plugin_}, {"call", text(call)}, {"ms", ms}, {"slow_calls", slow_count_}});
}

} // namespace roomd::host
