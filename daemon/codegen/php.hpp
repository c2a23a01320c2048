#pragma once

#include "codegen/contract.hpp"

#include <optional>
#include <string>

namespace roomd::codegen {

// The file that a PHP backend requires, beside Roomd.php.  Nothing, and `why`.
std::optional<std::string> php_emitter(const Contract &, std::string &why);

} // namespace roomd::codegen
