#pragma once

#include "log/log.hpp"
#include "net/server.hpp"

namespace roomd::app {

// Gives the listeners that are to be handed over (`listen[].systemd`) the sockets that systemd has
// passed to this process (sd_listen_fds(3)); one of several sockets of a name is a listener each.
// Called once: nobody else may take them.  Throws when there is none of a listener's name, or it
// is no listening stream socket.  What no listener asks for is closed, with a warning.
net::Options with_inherited(net::Options, log::Logger &);

} // namespace roomd::app
