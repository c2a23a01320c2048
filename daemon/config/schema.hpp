#pragma once

#include <string>

namespace roomd::config {

// A JSON Schema (draft 7) of one file of a configuration, for editors, from the key table.  It
// refuses keys that the table does not have or that have no effect yet.  It requires keys only
// inside entries, since the others may be in another file.
std::string json_schema();

} // namespace roomd::config
