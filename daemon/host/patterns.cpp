#include "host/patterns.hpp"

#include "rooms/names.hpp"
#include "sio/event.hpp"

namespace roomd::host {
namespace {

struct Pattern {
    explicit Pattern(std::string_view text) :
        is_prefix(!text.empty() && text.back() == '*'),
        text(text.substr(0, text.size() - (is_prefix ? 1 : 0))) {}
    bool is_prefix;
    std::string_view text; // without '*'
};

} // namespace

const char *why_never_event(std::string_view whole) noexcept {
    const Pattern pattern(whole);
    if (pattern.is_prefix) return nullptr;
    if (sio::is_reserved(pattern.text))
        return "clients cannot emit an event of this reserved name; use the hooks for clients that "
               "come and go";
    return nullptr;
}

const char *why_never_room(std::string_view whole) noexcept {
    constexpr const char *why = "no room can have such a name";
    const Pattern pattern(whole);
    if (!pattern.is_prefix) return rooms::is_room(pattern.text) ? nullptr : why;
    if (pattern.text.empty() || rooms::is_room(pattern.text)) return nullptr;
    const bool ends_in_colon = pattern.text.back() == ':';
    const std::string_view kind = pattern.text.substr(0, pattern.text.size() - 1);
    return ends_in_colon && rooms::is_kind(kind) ? nullptr : why;
}

const char *why_never_namespace(std::string_view whole) noexcept {
    const Pattern pattern(whole);
    if (pattern.is_prefix && pattern.text.empty()) return nullptr;
    return rooms::is_namespace(pattern.text) ? nullptr
                                             : "clients cannot connect to a namespace of this name";
}

} // namespace roomd::host
