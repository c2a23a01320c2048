#include "catalogue/template.hpp"

#include "base/text.hpp"
#include "rooms/names.hpp"
#include "json/json.hpp"

#include <algorithm>
#include <utility>

namespace roomd::catalogue {
namespace {

std::string one_id() {
    return "text of " + std::string(rooms::id_in_words) + ", or a whole number";
}

bool is_letter_of_id(char c) noexcept {
    return rooms::is_id(std::string_view(&c, 1));
}

// The path between braces: "a", "a/b" or "/a/b".
std::optional<std::vector<std::string>> parse_path(std::string_view text) {
    std::vector<std::string> path;
    if (text.starts_with('/')) text.remove_prefix(1);
    for (;;) {
        const std::size_t end = std::min(text.find('/'), text.size());
        const auto token = json::unescaped_token(text.substr(0, end));
        if (!token || token->empty()) return {};
        path.push_back(*token);
        if (end == text.size()) return path;
        text.remove_prefix(end + 1);
    }
}

std::string pointer_to(const std::vector<std::string> &path, std::size_t length) {
    std::string out = "/data";
    for (std::size_t i = 0; i < length; ++i)
        (out += '/') += json::escaped_token(path[i]);
    return out;
}

// A scalar as a part of an id; nothing when it cannot be one.
std::optional<std::string> id_of(std::string_view scalar) {
    if (scalar.starts_with('"')) {
        std::string text = json::string(scalar);
        if (rooms::is_id(text)) return text;
    } else if (json::is_exact_integer(scalar)) {
        return std::string(scalar);
    }
    return {};
}

} // namespace

std::string_view Data::at(const std::vector<std::string> &path) const {
    if (index == nullptr) {
        std::string_view value = text;
        for (const std::string &name : path) {
            value = json::member(value, name); // empty when it is not an object
            if (value.empty()) return {};
        }
        return value;
    }
    schema::Document::Index value = schema::Document::root;
    for (const std::string &name : path) {
        if (index->kind(value) != json::Kind::object) return {};
        value = index->member(value, name);
        if (value == schema::Document::none) return {};
    }
    return index->text(value);
}

std::optional<RoomTemplate> RoomTemplate::parse(std::string_view text, std::string &why) {
    RoomTemplate out;
    out.text_ = text;
    out.colon_ = text.find(':');
    if (out.colon_ == std::string_view::npos || !rooms::is_kind(out.kind())) {
        why = "a room begins with its kind: \"library:{libraryId}\"";
        return {};
    }
    std::string_view rest = text.substr(out.colon_ + 1);
    while (!rest.empty()) {
        Part part;
        const auto end = std::find_if_not(rest.begin(), rest.end(), is_letter_of_id);
        part.literal.assign(rest.begin(), end);
        rest.remove_prefix(part.literal.size());
        if (!rest.empty()) {
            const std::size_t close = rest.find('}');
            const auto path = rest.front() == '{' && close != std::string_view::npos
                                  ? parse_path(rest.substr(1, close - 1))
                                  : std::nullopt;
            if (!path) {
                why = std::string(rooms::id_rule) +
                      "; fields of the data are in braces, such as {libraryId} or {booking/userId}";
                return {};
            }
            part.path = out.last_field_ = *path;
            rest.remove_prefix(close + 1);
        }
        out.parts_.push_back(std::move(part));
    }
    std::size_t least = 0; // characters of its id
    for (const Part &part : out.parts_)
        least += part.literal.size() + (part.path.empty() ? 0 : 1);
    if (least == 0 || least > rooms::max_id) {
        why = least == 0 ? "the id is missing" : "its id has more than 255 characters";
        return {};
    }
    return out;
}

RoomTemplate::Refusal RoomTemplate::missing(const Data &data,
                                            const std::vector<std::string> &path) const {
    std::size_t length = 1; // to the first that is missing
    std::vector<std::string> there{path.front()};
    for (; length < path.size() && !data.at(there).empty(); ++length)
        there.push_back(path[length]);
    return {"room_field_missing", pointer_to(path, length),
            "is missing: the room \"" + text_ + "\" needs it"};
}

RoomTemplate::Refusal RoomTemplate::invalid(std::string pointer, const std::string &wanted) const {
    return {"room_field_invalid", std::move(pointer),
            "must be " + wanted + ": the room \"" + text_ + "\" is built from it"};
}

std::optional<RoomTemplate::Refusal> RoomTemplate::read_ids(std::string_view value,
                                                            const std::vector<std::string> &path,
                                                            std::vector<std::string> &ids) const {
    const auto pointer = [&] { return pointer_to(path, path.size()); };
    if (!value.starts_with('[')) {
        auto id = id_of(value);
        if (!id) return invalid(pointer(), one_id());
        ids.push_back(*std::move(id));
        return {};
    }
    std::vector<std::string_view> elements;
    json::split_array(value, elements, max_routed_rooms + 1);
    if (elements.size() > max_routed_rooms) return invalid(pointer(), "a list of at most 1000 ids");
    for (std::size_t i = 0; i < elements.size(); ++i) {
        auto id = id_of(elements[i]);
        if (!id) return invalid(pointer() + '/' + std::to_string(i), one_id());
        ids.push_back(*std::move(id));
    }
    return {};
}

std::optional<RoomTemplate::Refusal> RoomTemplate::expand(const Data &data,
                                                          std::vector<std::string> &rooms) const {
    std::vector<std::string> made{std::string(kind()) + ':'};
    for (const Part &part : parts_) {
        for (std::string &room : made)
            room += part.literal;
        if (part.path.empty()) continue;
        const std::string_view value = data.at(part.path);
        if (value.empty()) return missing(data, part.path);
        std::vector<std::string> ids, longer;
        if (auto refusal = read_ids(value, part.path, ids)) return refusal;
        if (made.size() * ids.size() > max_routed_rooms)
            return invalid(pointer_to(part.path, part.path.size()), "a list so short that it "
                                                                    "gives at most 1000 rooms");
        for (const std::string &room : made)
            for (const std::string &id : ids)
                longer.push_back(room + id);
        made = std::move(longer);
    }
    for (std::string &room : made) {
        if (!rooms::is_room(room)) // too long: each of its parts is valid
            return invalid(pointer_to(last_field_, last_field_.size()),
                           "so short that the room's id has at most 255 characters");
        rooms.push_back(std::move(room));
    }
    return {};
}

} // namespace roomd::catalogue
