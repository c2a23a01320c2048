#pragma once

#include <string>

namespace roomd::config {

// A folder that came with the binary at `exe`: NAME beside it, as a build has it, else INSTALLED
// ("lib/roomd/plugins") in the prefix whose bin/ it is in, else in /usr.  Empty when none can be
// read.
std::string shipped_with(const std::string &exe, const std::string &name,
                         const std::string &installed);
// The same of the binary that runs.
std::string shipped_folder(const std::string &name, const std::string &installed);

// Where plugins are looked for when the configuration does not say.
std::string plugin_folder();

} // namespace roomd::config
