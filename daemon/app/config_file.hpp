#pragma once

#include "config/config.hpp"
#include "config/fault.hpp"
#include "host/library.hpp"

#include <string>

namespace roomd::app {

// Where a configuration comes from, so that a reload and `roomd check` read it as the start does.
struct ConfigFile {
    std::string path;  // empty: the built-in development configuration
    std::string admin; // the admin socket when the file names none; empty: then there is none

    // Reads and checks all of it, the plugins' own sections too.  Good when no fault was added.
    config::Config read(host::Libraries &, config::Faults &) const;
};

} // namespace roomd::app
