#pragma once

#include <string_view>

namespace roomd::config {

// Why keys are not fetched from this address: it is neither https nor http on this machine, or not
// a plain URL, which two readers could read differently.  Null when they are.
const char *key_url_fault(std::string_view url) noexcept;

} // namespace roomd::config
