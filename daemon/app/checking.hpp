#pragma once

#include "config/config.hpp"
#include "config/fault.hpp"
#include "host/library.hpp"

namespace roomd::app {

// What the plugins say of their own sections, and whether each guarded one that can be reached
// from outside has a key: added to `faults` with its place in the file.  Loads the plugins' files;
// starts nothing.
void check_plugins(host::Libraries &, const config::Config &, config::Faults &faults);

} // namespace roomd::app
