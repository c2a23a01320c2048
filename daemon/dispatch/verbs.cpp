#include "dispatch/verbs.hpp"

#include "rooms/names.hpp"
#include "json/json.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace roomd::dispatch {
namespace {

struct Name {
    Wish::Verb verb;
    std::string_view kind; // empty: the generic verb
    bool generic;
};

std::optional<Name> read_name(std::string_view name) noexcept {
    const auto colon = name.find(':');
    const std::string_view head = name.substr(0, colon);
    if (head != "join" && head != "leave") return std::nullopt;
    const auto verb = head == "join" ? Wish::Verb::join : Wish::Verb::leave;
    if (colon == std::string_view::npos) return Name{verb, {}, true};
    // The name of the answer to a refused join: a client that sends it asks for nothing.
    if (name == "join:error") return std::nullopt;
    return Name{verb, name.substr(colon + 1), false};
}

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

std::optional<Wish> read_wish(const Options &options, const sio::Event &event) {
    const auto name = read_name(event.name);
    if (!name) return std::nullopt;
    Wish wish;
    wish.verb = name->verb;
    wish.generic = name->generic;
    wish.shown = "null";

    const auto id = read_id(event.args.json, !name->generic);
    std::string room;
    if (id) room = name->generic ? *id : std::string{name->kind} + ":" + *id;
    // A name too long to be one is not sent back.
    constexpr std::size_t longest = rooms::max_kind + 1 + rooms::max_id;
    if (id && room.size() <= longest) wish.shown = json::quoted(room);

    if (!name->generic && find_kind(options, name->kind) == nullptr) {
        wish.refusal = &room_unknown_kind;
    } else if (!id || !rooms::is_room(room)) {
        wish.refusal = &room_invalid;
    } else if (wish.kind = find_kind(options, rooms::split(room).kind); wish.kind == nullptr) {
        wish.refusal = &room_unknown_kind; // a plain name is of no kind, whatever `kinds` says
    } else {
        wish.room = std::move(room);
    }
    return wish;
}

} // namespace roomd::dispatch
