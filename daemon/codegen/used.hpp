#pragma once

#include "codegen/contract.hpp"

#include <vector>

namespace roomd::codegen {

// Pointers to them.
std::vector<const Event *> each_of(const std::vector<Event> &);

// The named types that these events have, and those that these are made of, by name.
std::vector<const Shape *> used_types(const Contract &, const std::vector<const Event *> &);

} // namespace roomd::codegen
