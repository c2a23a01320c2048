#pragma once

#include "cli/tree.hpp"

#include <string_view>

namespace roomd::cli {

// Says what is wrong with the arguments (`parser`: in CLI11's words), and what was meant perhaps,
// or whose help tells more; gives the exit code.
int wrong_usage(CLI::App &root, std::string_view parser, int argc, const char *const *argv, Io &);

} // namespace roomd::cli
