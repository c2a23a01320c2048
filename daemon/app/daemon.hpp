#pragma once

#include "config/config.hpp"

namespace roomd::app {

// Runs until SIGTERM or SIGINT; gives the exit code.  Throws nested exceptions when it cannot
// start.  `path`: read again on SIGHUP; empty for the built-in configuration.
int run(const config::Config &, const std::string &path);

} // namespace roomd::app
