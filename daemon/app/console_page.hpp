#pragma once

#include <string_view>

namespace roomd::app {

// The files of daemon/app/console, built in.  "@SOCKETIO@" in the page stands for the Socket.IO
// path.
std::string_view console_html() noexcept;
std::string_view console_js() noexcept;
std::string_view console_css() noexcept;

} // namespace roomd::app
