#pragma once

#include "schema/document.hpp"
#include "schema/mismatch.hpp"
#include "schema/model.hpp"

#include <cstddef>
#include <vector>

namespace roomd::schema {

// Why the data does not fit: at most `most` reasons, none when it fits.  A value of the wrong type,
// or not among the allowed ones, is not checked further.
std::vector<Mismatch> check(const Model &, const Document &data, std::size_t most);

} // namespace roomd::schema
