#pragma once

#include "cli/describe.hpp"

#include <string>

namespace roomd::cli {

// Completion scripts for this command line.
std::string bash_completion(const CommandInfo &root);
std::string zsh_completion(const CommandInfo &root);
std::string fish_completion(const CommandInfo &root);

} // namespace roomd::cli
