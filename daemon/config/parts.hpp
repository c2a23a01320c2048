#pragma once

#include "base/file.hpp"
#include "config/source.hpp"
#include "config/tree.hpp"

#include <optional>

namespace roomd::config {

inline constexpr std::size_t most_parts = 256; // files in a conf.d

// Reads the main file of `source`, which may be what `main` says, then `conf.d/*.yaml` beside it in
// the byte order of their names, and merges them; adds the files to `source`.  Other names there
// are ignored (hidden files, what a package manager or an editor leaves behind), except those that
// look like mistakes, `.yml` and `.YAML`: they are faults. nullopt when one of them cannot be read,
// since the rest alone would be judged wrongly.
std::optional<Item> read_parts(Source &source, base::Wanted main);

} // namespace roomd::config
