#pragma once

#include <string_view>

namespace roomd::test_event {

// console.html, built in.  "@SOCKETIO@" stands for the Socket.IO path, "@BASE@" for the plugin's.
std::string_view console_page() noexcept;

} // namespace roomd::test_event
