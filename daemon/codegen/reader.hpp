#pragma once

#include "codegen/type.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace roomd::codegen {

// A type that has a name.
struct Shape {
    std::string name;
    std::string about; // for people; may be empty
    Type type;
};

// The type of what fits `schema`, a JSON Schema of draft 7 that compiles.  It comes first; behind
// it, as `<name><Definition>`, those parts of it that refer to themselves.
std::vector<Shape> read_schema(std::string_view schema, const std::string &name);

} // namespace roomd::codegen
