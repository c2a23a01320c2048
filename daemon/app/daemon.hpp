#pragma once

#include "app/config_file.hpp"
#include "config/config.hpp"

namespace roomd::app {

// Runs until SIGTERM or SIGINT; gives the exit code.  Throws nested exceptions when it cannot
// start.  The file is where the configuration came from: SIGHUP reads it again.
int run(const config::Config &, const ConfigFile &);

} // namespace roomd::app
