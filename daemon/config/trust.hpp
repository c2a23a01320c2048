#pragma once

#include "config/source.hpp"

#include <string>

namespace roomd::config {

// What the daemon obeys, or runs, must not be any user's of this machine to change.  These look at
// the file or folder at an absolute path and at the folders above it.  What is not there, and pipes
// and the like, pass: whoever reads it tells.

// Adds a fault at `mark` where everyone may write to one of them, or where one stands in a folder
// like /tmp and belongs to somebody else than root or the user who runs this.  Each is told once.
void trust(const Source &, Mark mark, const std::string &path);
// The same for a folder and each file right in it.
void trust_folder(const Source &, Mark mark, const std::string &path);
// Adds a warning where everyone can read this file, which holds a secret.
void keep_secret(const Source &, Mark mark, const std::string &path);

} // namespace roomd::config
