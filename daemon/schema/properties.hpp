#pragma once

#include <string>
#include <vector>

namespace roomd::schema {

class Document;

// The names that `properties` of a schema describe for the data itself, also where a `$ref` or a
// branch of `allOf`, `anyOf` or `oneOf` does.  Each once, in their order.
std::vector<std::string> property_names(const Document &schema);

} // namespace roomd::schema
