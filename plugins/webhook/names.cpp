#include "webhook/names.hpp"

#include "rooms/names.hpp"
#include "sio/event.hpp"

namespace roomd::webhook {
namespace {

bool is_prefix(std::string_view pattern) noexcept {
    return !pattern.empty() && pattern.back() == '*';
}

} // namespace

const char *why_no_namespace(std::string_view pattern) noexcept {
    if (pattern == "*") return nullptr;
    if (is_prefix(pattern)) pattern.remove_suffix(1);
    return rooms::is_namespace(pattern) ? nullptr : "is no namespace";
}

const char *why_no_room(std::string_view pattern) noexcept {
    constexpr const char *why = "is a name that no room can have";
    if (!is_prefix(pattern)) return rooms::is_room(pattern) ? nullptr : why;
    pattern.remove_suffix(1);
    if (pattern.empty() || rooms::is_room(pattern)) return nullptr;
    const std::string_view kind = pattern.substr(0, pattern.size() - 1);
    return pattern.back() == ':' && rooms::is_kind(kind) ? nullptr : why;
}

const char *why_no_event(std::string_view pattern) noexcept {
    constexpr std::size_t longest = rooms::max_kind + rooms::max_id + 2; // as the host's patterns
    if (pattern.size() > longest || pattern.find('\0') != std::string_view::npos)
        return "is not 1 to 321 bytes without NUL";
    return sio::is_reserved(pattern) ? "is a reserved name, which clients cannot emit" : nullptr;
}

} // namespace roomd::webhook
