#pragma once

#include "auth/keys.hpp"
#include "dispatch/emit.hpp"
#include "dispatch/move.hpp"

#include <string_view>
#include <vector>

namespace roomd::dispatch {

// Whether a key may send this: its event, each of its rooms, a broadcast.  Status::ok: it may.
// What an emit to one client reaches is nothing that keys restrict.
Emitted check_rights(const auth::Key &, const Emit &);

// Whether a key may name each of these rooms: the one whose members are meant, and those that
// clients join or leave.
Emitted check_rights(const auth::Key &, const Whom &, const std::vector<std::string_view> &rooms);

// Whether what it emits over HTTP is stored where the event does not say.
bool is_durable(const auth::Key &) noexcept;

} // namespace roomd::dispatch
