#include "dispatch/wish.hpp"

#include "rooms/names.hpp"
#include "json/json.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

namespace roomd::dispatch {
namespace {

// The only argument as text: a string's characters or an integer's digits.  Nothing for others.
std::optional<std::string> read_id(std::string_view args, bool with_integers) {
    std::vector<std::string_view> parts;
    json::split_array(args, parts, 2);
    if (parts.size() != 1) return std::nullopt;
    const std::string_view only = json::trim(parts.front());
    switch (json::kind(only)) {
    case json::Kind::string: return json::string(only);
    case json::Kind::number:
        if (with_integers && json::is_exact_integer(only)) return std::string{only};
        return std::nullopt;
    default: return std::nullopt;
    }
}

} // namespace

const RoomKind *find_kind(const Options &options, std::string_view name) noexcept {
    const auto found = std::find_if(options.kinds.begin(), options.kinds.end(),
                                    [&](const RoomKind &kind) { return kind.name == name; });
    return found == options.kinds.end() ? nullptr : &*found;
}

NamedRoom name_room(const Options &options, std::string_view room) noexcept {
    if (!rooms::is_room(room)) return {nullptr, &room_invalid};
    const std::string_view name = rooms::split(room).kind;
    // A plain name is of no kind, whatever `kinds` says.
    const RoomKind *kind = name.empty() ? nullptr : find_kind(options, name);
    return {kind, kind == nullptr ? &room_unknown_kind : nullptr};
}

Wish read_wish(const Options &options, const std::string_view *kind, std::string_view args) {
    Wish wish;
    wish.generic = kind == nullptr;
    wish.shown = "null";

    const auto id = read_id(args, !wish.generic);
    std::string room;
    if (id) room = kind == nullptr ? *id : std::string{*kind} + ":" + *id;
    // A name too long to be one is not sent back.
    constexpr std::size_t longest = rooms::max_kind + 1 + rooms::max_id;
    if (id && room.size() <= longest) wish.shown = json::quoted(room);

    if (kind != nullptr && find_kind(options, *kind) == nullptr) {
        wish.refusal = &room_unknown_kind;
        return wish;
    }
    const NamedRoom named = id ? name_room(options, room) : NamedRoom{nullptr, &room_invalid};
    wish.kind = named.kind;
    wish.refusal = named.refusal;
    if (wish.kind != nullptr) wish.room = std::move(room);
    return wish;
}

} // namespace roomd::dispatch
