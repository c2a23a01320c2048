#pragma once

#include <string_view>

namespace roomd::webhook {

// Why hooks of the host can never be called for this pattern, as the host refuses it: a sentence
// without its beginning.  Null: they can.
const char *why_no_namespace(std::string_view pattern) noexcept;
const char *why_no_room(std::string_view pattern) noexcept;
const char *why_no_event(std::string_view pattern) noexcept;

} // namespace roomd::webhook
