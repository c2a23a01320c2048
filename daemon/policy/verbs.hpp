#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace roomd::policy {

// What clients ask for by an event's name, alone or before ":<kind>". dispatch/verbs has what each
// does.
inline constexpr std::array<std::string_view, 2> client_verbs{"join", "leave"};

// The events by which clients learn of refusals and changes.
inline constexpr std::array<std::string_view, 4> client_notices{"join:error", "emit:error",
                                                                "room:left", "room:refused"};

constexpr bool is_notice(std::string_view event) noexcept {
    return std::find(client_notices.begin(), client_notices.end(), event) != client_notices.end();
}

// Whether roomd itself uses an event of this name between it and clients.
constexpr bool is_own_event(std::string_view event) noexcept {
    const std::string_view head = event.substr(0, event.find(':'));
    return is_notice(event) ||
           std::find(client_verbs.begin(), client_verbs.end(), head) != client_verbs.end();
}

} // namespace roomd::policy
