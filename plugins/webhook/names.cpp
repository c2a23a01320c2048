#include "webhook/names.hpp"

#include "rooms/names.hpp"
#include "sio/event.hpp"

namespace roomd::webhook {
const char *why_no_namespace(std::string_view pattern) noexcept {
    return rooms::can_be_namespaces(pattern) ? nullptr : "is no namespace";
}

const char *why_no_room(std::string_view pattern) noexcept {
    return rooms::can_be_rooms(pattern) ? nullptr : "is a name that no room can have";
}

const char *why_no_event(std::string_view pattern) noexcept {
    constexpr std::size_t longest = rooms::max_kind + rooms::max_id + 2; // as the host's patterns
    if (pattern.size() > longest || pattern.find('\0') != std::string_view::npos)
        return "is not 1 to 321 bytes without NUL";
    return sio::is_reserved(pattern) ? "is a reserved name, which clients cannot emit" : nullptr;
}

} // namespace roomd::webhook
