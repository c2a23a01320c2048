#pragma once

#include "codegen/contract.hpp"

#include <optional>
#include <string>

namespace roomd::codegen {

// The module that a Python backend imports.  Nothing, and `why`.
std::optional<std::string> python_emitter(const Contract &, std::string &why);

} // namespace roomd::codegen
