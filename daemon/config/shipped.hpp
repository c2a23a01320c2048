#pragma once

#include <string>

namespace roomd::config {

// A folder that came with the binary at `exe`: `name` beside it, as in a build, else `installed`
// ("lib/roomd/plugins") in the prefix whose bin/ it is in, else in /usr.  Empty when none can be
// read.
std::string shipped_with(const std::string &exe, const std::string &name,
                         const std::string &installed);
// The same for the running binary.
std::string shipped_folder(const std::string &name, const std::string &installed);

// Where plugins are looked for when the configuration does not say.
std::string plugin_folder();

} // namespace roomd::config
