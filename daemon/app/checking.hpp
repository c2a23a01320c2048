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

// What only shows when the settings are made: certificates and the client's bundle are read.
// `running`: a server whose certificates are read again as well, or null.
void check_settings(const config::Config &, const net::Server *running, config::Faults &faults);

} // namespace roomd::app
