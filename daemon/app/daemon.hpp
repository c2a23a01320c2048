#pragma once

#include "app/config_file.hpp"
#include "config/config.hpp"

#include <iosfwd>

namespace roomd::app {

// Runs until SIGTERM or SIGINT; gives the exit code.  Throws nested exceptions when it cannot
// start.  SIGHUP reads the configuration file again.  `out`: gets a line that says where the
// console is, when there is one.
int run(const config::Config &, const ConfigFile &, std::ostream &out);

} // namespace roomd::app
