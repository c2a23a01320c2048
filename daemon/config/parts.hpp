#pragma once

#include "base/file.hpp"
#include "config/source.hpp"
#include "config/tree.hpp"

#include <optional>

namespace roomd::config {

inline constexpr std::size_t most_parts = 256; // files in a conf.d

// Reads the main file of `source`, which may be what `main` says, then `conf.d/*.yaml` beside it in
// the order of their names' bytes, and merges them; adds the files to `source`.  Other names there
// are left alone (hidden ones, what a package manager or an editor keeps), but not those that look
// like a slip: `.yml`,
// `.YAML`.  nullopt when one of them can not be read: then the rest would be judged wrongly.
std::optional<Item> read_parts(Source &source, base::Wanted main);

} // namespace roomd::config
