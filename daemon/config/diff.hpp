#pragma once

#include "config/config.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace roomd::config {

// What differs between two configurations, given as Config::effective: one line for each key, such
// as "log.level: info -> debug (reload)" or "keys[backend]: (none) -> {name: backend, ..}
// (reload)"; "(restart)" where a reload does not apply it.  Entries of lists are matched by their
// names.  A secret that changed behind its reference is not a difference.
std::vector<std::string> diff(std::string_view running, std::string_view wanted);

// The names of the keys that differ, such as "log.level" or "keys[backend]", without what they say.
std::vector<std::string> changed(std::string_view running, std::string_view wanted);

// The keys that differ and that a reload does not apply, as docs/configuration.md names them:
// "listen", "idempotency.window".  For the one warning that a reload logs.
std::vector<std::string> needs_restart(const Config &running, const Config &wanted);

} // namespace roomd::config
