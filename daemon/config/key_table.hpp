#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace roomd::config {

enum class Reload : std::uint8_t { yes, no };
enum class Built : std::uint8_t { yes, not_yet };

// One key of the configuration.  The reader takes what stands here and refuses the rest; the
// reference in docs/configuration.md is compared with it.
struct KeyInfo {
    std::string_view path;    // "socketio.path", "listen[].address", "rooms.*.join"
    std::string_view initial; // as one would write it; "" when there is none
    std::string_view unit;    // "", "duration", "size", "count", "text", ...
    Reload reload;
    Built built;
    std::string_view what;
    std::string_view words; // "text json": all that may stand there, or in the list that does
    bool required = false;  // in each entry of its list, or in its map when that stands there
    std::string_view least = {}, most = {}; // as one would write them; "" where a reader says
};

// In the order of the reference.
std::span<const KeyInfo> key_table() noexcept;

// The names that may stand in the map at `path` ("" is the top, "listen[]" an entry of the list).
// "*" among them: any name.
std::vector<std::string_view> names_below(std::string_view path);
const KeyInfo *find_key(std::string_view path) noexcept;

} // namespace roomd::config
