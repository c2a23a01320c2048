#pragma once

#include "config/key.hpp"

#include <array>
#include <cstdint>

namespace roomd::config {

struct Log {
    enum class Level : std::uint8_t { error = 3, warning, notice, info, debug };
    enum class Format : std::uint8_t { text, json };
    Log();
    Level level{};
    Format format{};
    bool access{};
    friend bool operator==(const Log &, const Log &) = default;
};

// clang-format off
inline constexpr std::array log_keys{
    word<&Log::level, Log::Level::error>("log.level", "error warning notice info debug", "info", Reload::yes,
        "The least important messages that are written: `error`, `warning`, `notice`, `info` or `debug`."),
    word<&Log::format>("log.format", "text json", "text", Reload::yes,
        "`text` or `json`."),
    flag<Log>("log.access", &Log::access, "false", Reload::yes,
        "Whether each HTTP request has a line, at `info`: method, path without its query, status, bytes, microseconds, address, portal or name of the key, request id and user agent. A websocket has its line at the upgrade, with status 101."),
};
// clang-format on

inline Log::Log() {
    set_initial(*this, log_keys);
}

} // namespace roomd::config
