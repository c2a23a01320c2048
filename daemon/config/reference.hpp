#pragma once

#include "base/secret.hpp"
#include "config/source.hpp"

#include <optional>
#include <string_view>

namespace roomd::config {

// Whether this text is a reference to a secret: "${..}".
bool is_reference(std::string_view text) noexcept;
// Whether a part of it is one; such a part is never replaced.
bool holds_reference(std::string_view text) noexcept;

// The secret that `${file:PATH}`, `${env:NAME}` or `${credential:NAME}` refers to, without one line
// end at its end.  When it cannot be read, or holds more than the secret (auth::misread), adds a
// fault at `mark`, which names the reference and never what was read; a credential that may be
// absent is added to Source::absent instead.
std::optional<base::Secret> resolve(const Source &, std::string_view text, Mark mark);

} // namespace roomd::config
