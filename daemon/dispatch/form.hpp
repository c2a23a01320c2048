#pragma once

#include "dispatch/emit.hpp"
#include "dispatch/namespaces.hpp"
#include "dispatch/options.hpp"

namespace roomd::dispatch {

// Whether a routed emit is one at all: its event, its one target, its names and sizes, and for an
// emit to many its namespace.  Says nothing of whether anyone is there.
Emitted check_form(const Options &, const Namespaces &, const Emit &);

} // namespace roomd::dispatch
