#pragma once

#include "webhook/line.hpp"

namespace roomd::test {

inline const webhook::Time start{std::chrono::hours(1)};

} // namespace roomd::test
