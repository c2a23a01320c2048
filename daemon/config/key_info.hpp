#pragma once

#include <cstdint>
#include <string_view>

namespace roomd::config {

enum class Reload : std::uint8_t { yes, no };
enum class Built : std::uint8_t { yes, not_yet };

// What is said about one key of the configuration, once: reading, `config show`, the JSON schema,
// docs/configuration.md and conf/roomd.yaml take it from here.
struct KeyInfo {
    std::string_view path;            // "socketio.path", "listen[].address", "rooms.*.join"
    std::string_view unit;            // "duration", "size", "count", "text", ...
    std::string_view initial;         // the default as it would be written; "" when there is none
    std::string_view least{}, most{}; // as they would be written; "" where there is no range
    Reload reload = Reload::yes;      // whether a change takes effect without a restart
    std::string_view what;            // Markdown
    std::string_view words{};         // "text json": all that is allowed, also as list elements
    std::string_view how_to_write{};  // the hint where it is missing; "" when it is optional
    // For conf/roomd.yaml, where the default shows nothing: a value, or of a map the name of an
    // entry.
    std::string_view sample{};
    Built built = Built::yes;

    constexpr bool required() const noexcept { return !how_to_write.empty(); }
    // "mode" of "listen[].mode".
    constexpr std::string_view name() const noexcept { return path.substr(path.rfind('.') + 1); }
};

} // namespace roomd::config
