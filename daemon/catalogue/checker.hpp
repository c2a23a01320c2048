#pragma once

#include "catalogue/document.hpp"
#include "catalogue/model.hpp"
#include "catalogue/schema.hpp"

#include <optional>

namespace roomd::catalogue {

// Does the data fit the schema?  Stops at the first reason why not.
std::optional<Mismatch> check(const Model &, const Document &data);

} // namespace roomd::catalogue
