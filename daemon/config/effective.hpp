#pragma once

#include "config/source.hpp"
#include "config/tree.hpp"

#include <string>
#include <string_view>

namespace roomd::config {

// What is in force, for a configuration without faults: every key in the order of the reference,
// with the place of each value ("# roomd.yaml:9") or "# default".  Paths are absolute; a secret is
// shown as its reference, and what else may be a secret is hidden.
std::string effective(const Source &, const Item &root);

// What may be shown of a value that is or could contain a secret; a reference is shown as it is.
std::string without_secret(std::string_view text);

} // namespace roomd::config
