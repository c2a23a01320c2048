#pragma once

#include "log/log.hpp"
#include "net/server.hpp"

namespace roomd::app {

// Whether systemd has passed sockets to this process, and nobody has taken them yet.
bool any_inherited() noexcept;

// Gives the listeners with `listen[].systemd` the sockets that systemd has passed to this process
// (sd_listen_fds(3)); several sockets of one name become a listener each.  Called once: it takes
// them all.  Throws when no socket has the name of a listener, or it is not a listening stream
// socket. Sockets that no listener uses are closed, with a warning.
net::Options with_inherited(net::Options, log::Logger &);

} // namespace roomd::app
