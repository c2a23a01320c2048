#pragma once

#include "config/config.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace roomd::config {

// What differs between two configurations, as their Config::effective: one line for each key, such
// as "log.level: info -> debug (reload)" or "keys[backend]: (none) -> {name: backend, ..}
// (reload)". `restart` stands where a reload does not apply it.  The entries of lists are told by
// their names. A secret that changed behind its reference is no difference.
std::vector<std::string> diff(std::string_view running, std::string_view wanted);

// The keys that differ and that a reload does not apply, as docs/configuration.md has them:
// "listen", "idempotency.window".  For the one warning a reload gives.
std::vector<std::string> needs_restart(const Config &running, const Config &wanted);

} // namespace roomd::config
