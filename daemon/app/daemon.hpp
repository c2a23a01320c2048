#pragma once

#include "app/config_file.hpp"
#include "config/config.hpp"

namespace roomd::app {

// Runs until SIGTERM or SIGINT; gives the exit code.  Throws nested exceptions when it cannot
// start.  SIGHUP reads the configuration file again.
int run(const config::Config &, const ConfigFile &);

} // namespace roomd::app
