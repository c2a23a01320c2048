#pragma once

#include "schema/document.hpp"
#include "schema/model.hpp"
#include "schema/schema.hpp"

#include <optional>

namespace roomd::schema {

// Does the data fit the schema?  Stops at the first reason why not.
std::optional<Mismatch> check(const Model &, const Document &data);

} // namespace roomd::schema
