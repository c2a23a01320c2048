#pragma once

#include "dispatch/router.hpp"

#include <string>

namespace roomd::host {

// What plugin.h promises of stats().
std::string stats_json(const dispatch::Stats &);

} // namespace roomd::host
