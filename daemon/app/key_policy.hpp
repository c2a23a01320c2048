#pragma once

#include "auth/keys.hpp"
#include "dispatch/emit.hpp"

#include <optional>
#include <string_view>

namespace roomd::app {

// May the key of this name send this?  Nothing: yes.  Else the refusal, with the JSON pointer of
// what it may not.
std::optional<dispatch::Emitted> refuse_by_key(const auth::Keys &, std::string_view key,
                                               const dispatch::Emit &);

} // namespace roomd::app
