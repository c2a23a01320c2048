#pragma once

#include "base/secret.hpp"
#include "config/section.hpp"

#include <optional>
#include <string_view>

namespace roomd::config {

// Does this text stand for a secret: "${..}"?
bool is_reference(std::string_view text) noexcept;
// Does it stand for one in a part of the text, which is never filled in?
bool holds_reference(std::string_view text) noexcept;

// What `${file:PATH}`, `${env:NAME}` or `${credential:NAME}` stands for, without one line end at
// its end.  Else, or when it is not the secret alone (auth::misread), a fault at `mark`, which
// names the reference and never what was read; or a credential that may be absent (Source::absent).
std::optional<base::Secret> resolve(const Source &, std::string_view text, Mark mark);

} // namespace roomd::config
