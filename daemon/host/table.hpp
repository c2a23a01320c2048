#pragma once

#include "roomd/plugin.h"

namespace roomd::host {

// The functions plugins call.  The same for every instance, for the life of the process.
const roomd_host &host_table() noexcept;

// The [home] part of it is put in by its own unit.
void add_home_functions(roomd_host &) noexcept;

} // namespace roomd::host
