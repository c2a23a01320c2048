#pragma once

#include "cli/tree.hpp"

namespace roomd::cli {

// Parses the arguments and runs the command; gives the exit code (app/exit_code.hpp).
// Throws nested exceptions when a daemon cannot be started.
int run(int argc, const char *const *argv, Io &);

} // namespace roomd::cli
