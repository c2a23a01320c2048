#pragma once

#include "auth/keys.hpp"
#include "dispatch/emit.hpp"

namespace roomd::dispatch {

// Whether a key may send this: its event, each of its rooms, a broadcast.  Status::ok: it may.
// What an emit to one client reaches is nothing that keys restrict.
Emitted check_rights(const auth::Key &, const Emit &);

} // namespace roomd::dispatch
