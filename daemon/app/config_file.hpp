#pragma once

#include "base/file.hpp"
#include "config/config.hpp"
#include "config/fault.hpp"
#include "config/load.hpp"
#include "host/library.hpp"

#include <string>

namespace roomd::app {

// Where a configuration comes from, so that the start, a reload and `roomd check` read it alike.
struct ConfigFile {
    std::string path;  // empty: the built-in development configuration
    std::string admin; // the admin socket if the file names none; empty: none

    // Reads and checks all of it but the plugins' own sections, which need the loop's thread. Valid
    // when no fault was added.
    config::Config load(base::Wanted main, config::Faults &,
                        config::Credentials = config::Credentials::needed) const;
    // The same with those sections.  Credentials may be absent when nothing is going to run.
    config::Config read(host::Libraries &, config::Faults &,
                        config::Credentials = config::Credentials::needed) const;
};

} // namespace roomd::app
