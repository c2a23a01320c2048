#pragma once

#include <string>

namespace roomd::config {

// A JSON Schema (draft 7) of one file of a configuration, for editors, from the key table.  It
// refuses what the table does not have or has as not built yet; it asks for a key only inside
// entries, since what else must be said may stand in another file.
std::string json_schema();

} // namespace roomd::config
