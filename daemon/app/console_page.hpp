#pragma once

#include <span>
#include <string_view>

namespace roomd::app {

struct ConsoleFile {
    std::string_view name; // "console.js"
    std::string_view text;
};

// The files of daemon/app/console, built in.  "@SOCKETIO@" in the page stands for the Socket.IO
// path.
std::span<const ConsoleFile> console_files() noexcept;

} // namespace roomd::app
