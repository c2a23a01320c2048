#pragma once

#include "schema/document.hpp"
#include "schema/model.hpp"

#include <string>
#include <vector>

namespace roomd::schema {

struct BuildFault {
    Document::Index at; // in the schema: a value, or the name of a member
    std::string what;
    std::string hint; // may be empty
};

// Compiles a schema.  Whatever would not be checked, or not as it says, is a fault; the model is
// good only when there is none.
void build(const Document &schema, Model &, std::vector<BuildFault> &faults);

} // namespace roomd::schema
