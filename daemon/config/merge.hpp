#pragma once

#include "config/source.hpp"
#include "config/tree.hpp"

namespace roomd::config {

// Adds what `from`, the root of another file, says to `into`.  Maps merge; the lists `listen`,
// `portals`, `keys`, `auth.issuers` and `plugins.load` append; any other key that is set in both is
// a fault that names both places, and the first value stays.
void merge(const Source &source, Item &into, Item from);

} // namespace roomd::config
