#pragma once

#include "config/config.hpp"
#include "config/fault.hpp"

#include <exception>
#include <ostream>

namespace roomd::app {

// Tell `err`, which is where the log goes, why the daemon does not start.  In the form of the log:
// as JSON where the configuration, as far as it could be read, says so; for the journal with the
// priority of an error.
void tell_faults(const config::Config &, const config::Faults &, std::ostream &err);
void tell_failure(const config::Config &, const std::exception &, std::ostream &err);

} // namespace roomd::app
