#include "host/patterns.hpp"

#include "rooms/names.hpp"
#include "sio/event.hpp"

namespace roomd::host {
const char *why_never_event(std::string_view pattern) noexcept {
    // A prefix ends in '*', which no reserved name does.
    return sio::is_reserved(pattern) ? "clients cannot emit an event of this reserved name; use "
                                       "the hooks for clients that "
                                       "come and go"
                                     : nullptr;
}

const char *why_never_room(std::string_view pattern) noexcept {
    return rooms::can_be_rooms(pattern) ? nullptr : "no room can have such a name";
}

const char *why_never_namespace(std::string_view pattern) noexcept {
    return rooms::can_be_namespaces(pattern) ? nullptr
                                             : "clients cannot connect to a namespace of this name";
}

} // namespace roomd::host
