#include "postgres/doubt.hpp"

#include <algorithm>

namespace roomd::postgres {
namespace {

constexpr std::uint32_t group = 100;

bool may_heal(std::string_view sqlstate) noexcept {
    return sqlstate.starts_with("XX"); // corrupted, or an internal error
}

} // namespace

bool is_of_a_row(std::string_view sqlstate) noexcept {
    // 22: its data, 54: a limit of the server.
    return sqlstate.starts_with("22") || sqlstate.starts_with("54") || may_heal(sqlstate);
}

Doubt::Next Doubt::failed(std::int64_t behind, std::string_view sqlstate) noexcept {
    if (!is_of_a_row(sqlstate)) return Next::reconnect;
    if (behind != behind_) times_ = 0;
    behind_ = behind;
    const bool alone = alone_ > 0;
    alone_ = group;
    ++times_;
    if (may_heal(sqlstate)) return times_ < 4 ? Next::reconnect : Next::give_row_up;
    return alone ? Next::give_row_up : Next::read_alone;
}

void Doubt::passed(std::uint32_t rows) noexcept {
    alone_ -= std::min(alone_, rows);
}

} // namespace roomd::postgres
