#pragma once

#include "base/secret.hpp"
#include "config/source.hpp"

#include <optional>
#include <string_view>

namespace roomd::config {

// Whether this text begins as a reference to a secret does: "${".
bool is_reference(std::string_view text) noexcept;
// Whether it contains one; inside other text it is never replaced.
bool holds_reference(std::string_view text) noexcept;

// The secret that `${file:PATH}`, `${env:NAME}` or `${credential:NAME}` refers to, without its last
// line end.  When it cannot be read, or contains more than the secret (auth::misread), adds a fault
// at `mark`, which names the reference and never what was read; one that only the service can read
// is added to Source::absent instead, if there is that.
std::optional<base::Secret> resolve(const Source &, std::string_view text, Mark mark);

// The path of the file that `${file:PATH}` or `${credential:NAME}` refers to, for those who open it
// themselves.  Adds faults and absent ones in the same way.
std::optional<std::string> resolve_path(const Source &, std::string_view text, Mark mark);

} // namespace roomd::config
