#pragma once

#include <string>

namespace roomd::config {

// A folder that came with the binary at `exe`: `name` beside it, as in a build, else the one that
// is to `exe` as `installed` is to `binaries` (the prefix may have been moved), else `installed`.
// Empty when none can be read.  `installed` and `binaries` are absolute.
std::string shipped_with(const std::string &exe, const std::string &name,
                         const std::string &installed, const std::string &binaries);

// Where plugins are looked for when the configuration does not say.
std::string plugin_folder();
// Where the browser's client is when the configuration does not say; empty when there is none.
std::string client_folder();

} // namespace roomd::config
