#pragma once

#include <string>

namespace roomd::app {

// A folder that came with this binary: <folder of the binary>/NAME in a build, else `installed`.
// Empty when neither can be read.
std::string shipped_folder(const std::string &name, const std::string &installed);

} // namespace roomd::app
