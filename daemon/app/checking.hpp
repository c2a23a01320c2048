#pragma once

#include "config/config.hpp"
#include "config/fault.hpp"
#include "host/library.hpp"
#include "net/server.hpp"

#include <exception>
#include <string>

namespace roomd::app {

// What the plugins say of their own sections, and whether each guarded one that can be reached
// from outside has a key: added to `faults` with its place in the file.  Loads the plugins' files;
// starts nothing.
void check_plugins(host::Libraries &, const config::Config &, config::Faults &faults);

// "listen 127.0.0.1:3443: certificate: no such file", from the outermost to the cause.
std::string reason(const std::exception &);

// What only shows when the settings are made: certificates and the client's bundle are read.  On
// any thread.
void check_settings(const config::Config &, config::Faults &faults);
// What only the running server can tell: its own certificates are read again.  On its loop.
void check_running(const config::Config &, const net::Server &, config::Faults &faults);

} // namespace roomd::app
