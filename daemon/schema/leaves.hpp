#pragma once

#include "schema/reading.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace roomd::schema {

// The keywords that contain no schema: `type`, `enum`, `maxLength`, `required` ...
std::vector<std::string_view> leaf_keywords();

// Adds the constraints of those that the schema at `node`, an object, has.  One that has a fault is
// left out.
void add_leaves(Reading &, Document::Index node, Subschema &to);

// A list of names, each once.
std::vector<std::string> read_names(Reading &, Document::Index value);

} // namespace roomd::schema
