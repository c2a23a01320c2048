#pragma once

#include "dispatch/emit.hpp"
#include "host/command.hpp"
#include "host/instance.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace roomd::host {

// What one emit came to, as its `fn` is told.
struct Outcome {
    dispatch::Emitted emitted;
    std::string id;
    bool duplicate = false;
    roomd_status status = ROOMD_OK;
};

// Whether it may be sent: rights, then the catalogue where the emit asks for it.  `view` is of
// `emit`; its rooms may become views into `rooms`.
Outcome permit(Services &, const OwnedEmit &emit, dispatch::Emit &view,
               std::vector<std::string> &rooms);
// As permit(), and whether the Router would take it.
Outcome check(Services &, const OwnedEmit &emit, dispatch::Emit &view,
              std::vector<std::string> &rooms);
// Sends one emit: key, rights, then the Router.
Outcome send(Instance &, const OwnedEmit &);
// All or none.
std::vector<Outcome> send_all(Instance &, const std::vector<OwnedEmit> &);

} // namespace roomd::host
