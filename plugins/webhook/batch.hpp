#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace roomd::webhook {

// The text of a batch: how it is written, and what one that was kept says.

// Up to its first entry; behind the last one comes batch_end.
std::string batch_head(std::string_view epoch, std::string_view node);
inline constexpr std::string_view batch_end = "]}";

// Stands for the entries `from` to `to`, which will never come.
struct Gap {
    std::uint64_t from = 0, to = 0;
    bool overflow = false; // memory was full
    int refused = 0;       // with this status; 0: it was not
};
std::string gap_entry(const Gap &);

// How many entries it has; 0 when this is no batch.
std::size_t entries_of(std::string_view batch);
// A batch that has a gap in place of all entries, which the backend refuses.  None when it has
// nothing else already, or this is no batch.
std::optional<std::string> gap_in_place_of(std::string_view batch, int refused);

} // namespace roomd::webhook
