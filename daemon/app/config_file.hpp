#pragma once

#include "base/file.hpp"
#include "config/config.hpp"
#include "config/fault.hpp"
#include "config/load.hpp"
#include "host/library.hpp"

#include <string>

namespace roomd::app {

// Where a configuration comes from, so that a reload and `roomd check` read it as the start does.
struct ConfigFile {
    std::string path;  // empty: the built-in development configuration
    std::string admin; // the admin socket when the file names none; empty: then there is none

    // Reads and checks all of it but the plugins' own sections, which only the loop's thread may
    // ask about.  Good when no fault was added.
    config::Config load(base::Wanted main, config::Faults &,
                        config::Credentials = config::Credentials::needed) const;
    // The same with those sections.  Credentials may be absent where nothing is to run.
    config::Config read(host::Libraries &, config::Faults &,
                        config::Credentials = config::Credentials::needed) const;
};

} // namespace roomd::app
