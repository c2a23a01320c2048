#pragma once

#include "config/config.hpp"

#include <string>
#include <vector>

namespace roomd::config {

// The keys that differ and that a reload does not apply, as docs/configuration.md has them:
// "listen", "idempotency.window".  For the one warning a reload gives.
std::vector<std::string> needs_restart(const Config &running, const Config &wanted);

} // namespace roomd::config
