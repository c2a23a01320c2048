#pragma once

#include "cli/tree.hpp"

#include <string_view>

namespace roomd::cli {

// Prints what is wrong with the arguments (`parser`: in CLI11's words), and what may have been
// meant, or which help has details; gives the exit code.
int wrong_usage(CLI::App &root, std::string_view parser, int argc, const char *const *argv, Io &);

} // namespace roomd::cli
