#pragma once

#include "config/source.hpp"
#include "config/tree.hpp"

namespace roomd::config {

// Adds what `from`, the root of another file, says to `into`.  Maps merge; the lists `listen`,
// `portals`, `keys`, `auth.issuers` and `plugins.load` append; whatever else stands in both is a
// fault that names both places, and the first stays.
void merge(const Source &source, Item &into, Item from);

} // namespace roomd::config
