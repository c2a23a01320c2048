#pragma once

#include "config/source.hpp"

#include <string>

namespace roomd::config {

// No other user of this machine may be able to change what the daemon obeys or runs.  These check
// the file or folder at an absolute path and the folders above it.  A missing file, a pipe and the
// like pass: whoever reads them reports them.

// Adds a fault at `mark` where everyone may write to one of them, or where one is in a folder like
// /tmp and belongs to neither root nor the user who runs this.  Each is reported once.
void trust(const Source &, Mark mark, const std::string &path);
// The same for a folder and each file right in it.
void trust_folder(const Source &, Mark mark, const std::string &path);
// Adds a warning when everyone can read this file, which holds a secret.
void keep_secret(const Source &, Mark mark, const std::string &path);

} // namespace roomd::config
