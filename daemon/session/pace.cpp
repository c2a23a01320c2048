#include "session/pace.hpp"

#include <algorithm>

namespace roomd::session {

base::Duration Pace::take(unsigned count, unsigned rate, base::Duration longest,
                          base::Time now) noexcept {
    constexpr std::int64_t second = 1000;
    const auto now_ms = static_cast<std::uint32_t>(now.time_since_epoch().count());
    const std::int64_t owed = static_cast<std::int32_t>(paid_until_ms_ - now_ms);
    const std::int64_t price = (count * second + rate - 1) / rate;
    const std::int64_t ahead =
        std::min(std::max<std::int64_t>(owed, 0) + price, second + longest.count());
    paid_until_ms_ = now_ms + static_cast<std::uint32_t>(ahead);
    return base::Duration(std::max<std::int64_t>(ahead - second, 0));
}

} // namespace roomd::session
