#pragma once

#include "roomd/plugin.h"

namespace roomd::host {

// The functions plugins call.  The same for every instance, for the life of the process.
const roomd_host &host_table() noexcept;

// Its [home] part is filled in by a unit of its own.
void add_home_functions(roomd_host &) noexcept;

} // namespace roomd::host
