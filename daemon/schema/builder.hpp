#pragma once

#include "schema/document.hpp"
#include "schema/model.hpp"
#include "schema/reading.hpp"

#include <optional>
#include <vector>

namespace roomd::schema {

// Compiles a schema.  What would not be checked, or not as it says, is a fault; nothing when there
// is one.
std::optional<Model> build(const Document &schema, std::vector<BuildFault> &faults);

// Compiles what is understood of a schema.  The rest refuses nothing, and has nothing refused that
// would fit if it were understood.  Nothing for a schema that leads round in a circle.
std::optional<Model> build_what_is_known(const Document &schema);

} // namespace roomd::schema
