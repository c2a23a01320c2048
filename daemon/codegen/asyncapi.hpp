#pragma once

#include "codegen/contract.hpp"

#include <string>

namespace roomd::codegen {

// An AsyncAPI 3.0 document, as JSON: what roomd sends to clients and takes from them.
std::string asyncapi(const Contract &, const std::string &digest);

} // namespace roomd::codegen
