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
// its end.  Else a fault at `mark`, which names the reference and never what was read.
std::optional<base::Secret> resolve(const Source &, std::string_view text, Mark mark);

// A whole file of at most `limit` bytes, or why not.  Does not wait for a FIFO's writer when
// `regular` is asked for.
enum class Wanted { any, regular };
std::optional<std::string> read_file(const std::string &path, std::size_t limit, Wanted wanted,
                                     std::string &why);

} // namespace roomd::config
