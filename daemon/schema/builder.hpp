#pragma once

#include "schema/document.hpp"
#include "schema/model.hpp"
#include "schema/reading.hpp"

#include <optional>
#include <vector>

namespace roomd::schema {

// Compiles a schema.  Whatever would not be checked as it says is a fault; null when there is one.
std::optional<Model> build(const Document &schema, std::vector<BuildFault> &faults);

// Compiles what is understood of a schema.  The rest is ignored, and never causes data to be
// refused that would fit if it were understood.  Null for a schema that refers back to itself.
std::optional<Model> build_what_is_known(const Document &schema);

} // namespace roomd::schema
