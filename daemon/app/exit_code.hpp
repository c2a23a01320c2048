#pragma once

namespace roomd::app {

inline constexpr int exit_ok = 0;
inline constexpr int exit_runtime = 1;
inline constexpr int exit_usage = 2;
inline constexpr int exit_configuration = 3;

} // namespace roomd::app
