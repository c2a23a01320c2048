#include "app/emit_body.hpp"

#include "base/text.hpp"
#include "json/json.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace roomd::app {
namespace {

constexpr std::array<std::string_view, 8> names{"event",  "data",      "room",     "rooms",
                                                "except", "broadcast", "volatile", "namespace"};

Problem wrong(std::string_view code, std::string_view name, std::string message) {
    return {422, std::string(code), std::move(message), "/" + std::string(name)};
}

Problem wrong_type(std::string_view name, std::string_view should) {
    return wrong("wrong_type", name,
                 "\"" + std::string(name) + "\" is " + std::string(should) +
                     ", not a value of another type");
}

Problem unknown(const std::string &name) {
    const std::string shown = base::printable(name, 64);
    std::string message = "there is no member \"" + shown + "\"";
    const auto near = base::nearest(name, {names.begin(), names.end()});
    if (!near.empty()) message += "; did you mean \"" + std::string(near) + "\"?";
    return wrong("unknown_member", shown, std::move(message));
}

std::optional<Problem> read_text(std::string_view name, std::string_view value, std::string &out) {
    if (json::kind(value) != json::Kind::string) return wrong_type(name, "a string");
    out = json::string(value);
    return std::nullopt;
}

std::optional<Problem> read_flag(std::string_view name, std::string_view value, bool &out) {
    if (json::kind(value) != json::Kind::boolean) return wrong_type(name, "true or false");
    out = value == "true";
    return std::nullopt;
}

std::optional<Problem> read_names(std::string_view name, std::string_view value,
                                  std::vector<std::string> &out) {
    if (json::kind(value) != json::Kind::array) return wrong_type(name, "an array of strings");
    std::vector<std::string_view> parts;
    json::split_array(value, parts, dispatch::max_emit_rooms + 1);
    if (parts.size() > dispatch::max_emit_rooms)
        return wrong("too_many_rooms", name,
                     "more than " + std::to_string(dispatch::max_emit_rooms) +
                         " names are too many");
    for (const auto part : parts) {
        if (json::kind(part) != json::Kind::string) return wrong_type(name, "an array of strings");
        out.push_back(json::string(part));
    }
    return std::nullopt;
}

std::optional<Problem> read_member(const std::string &name, std::string_view value, EmitBody &out) {
    if (name == "event") return read_text(name, value, out.event);
    if (name == "namespace") return read_text(name, value, out.nsp);
    if (name == "broadcast") return read_flag(name, value, out.broadcast);
    if (name == "volatile") return read_flag(name, value, out.droppable);
    if (name == "except") return read_names(name, value, out.except);
    if (name == "rooms") {
        auto problem = read_names(name, value, out.rooms);
        if (!problem && out.rooms.empty())
            return wrong("rooms_empty", name, "name at least one room, or leave \"rooms\" out");
        return problem;
    }
    if (name == "room") {
        out.one_room = true;
        return read_text(name, value, out.rooms.emplace_back());
    }
    out.args.assign("[").append(value).append("]"); // "data"
    return std::nullopt;
}

} // namespace

dispatch::Emit EmitBody::emit() const {
    dispatch::Emit out;
    out.nsp = nsp;
    out.rooms.assign(rooms.begin(), rooms.end());
    out.except.assign(except.begin(), except.end());
    out.event = event;
    out.args.json = args;
    out.droppable = droppable;
    out.route = true;
    out.all = broadcast;
    return out;
}

std::variant<EmitBody, Problem> read_emit(std::string_view body) {
    const auto kind = json::check(body);
    if (!kind)
        return Problem{400, "json_malformed", std::string("the body is refused: ") + kind.error()};
    if (*kind != json::Kind::object)
        return Problem{400, "body_not_object", "the body is not a JSON object"};
    std::vector<json::Member> members;
    json::split_object(body, members);
    EmitBody out;
    std::vector<std::string> seen;
    for (const auto &[literal, value] : members) {
        std::string name = json::string(literal);
        if (std::find(names.begin(), names.end(), name) == names.end()) return unknown(name);
        if (std::find(seen.begin(), seen.end(), name) != seen.end())
            return wrong("member_twice", name, "duplicate member \"" + name + "\"");
        if (auto problem = read_member(name, value, out)) return std::move(*problem);
        seen.push_back(std::move(name));
    }
    const auto has = [&](std::string_view name) {
        return std::find(seen.begin(), seen.end(), name) != seen.end();
    };
    if (!has("event")) return wrong("member_missing", "event", "\"event\" is missing");
    if (out.event.empty()) return wrong("event_invalid", "event", "\"event\" is empty");
    if (!has("data"))
        return wrong("member_missing", "data",
                     "\"data\" is missing; write \"data\":null for an event without a payload");
    if (has("room") && has("rooms"))
        return wrong("two_targets", "rooms", "say \"room\" or \"rooms\", not both");
    if (out.broadcast && !out.rooms.empty())
        return wrong("two_targets", "broadcast",
                     "a broadcast goes to everyone: leave the rooms out");
    return out;
}

Problem problem_of(const EmitBody &body, const dispatch::Emitted &what) {
    const auto status = [&] {
        switch (what.status) {
        case dispatch::Status::too_big: return 413;
        case dispatch::Status::denied: return 403;
        default: return 422;
        }
    };
    std::string pointer = what.pointer;
    if (body.one_room && pointer.starts_with("/rooms")) pointer = "/room";
    return {status(), what.code, what.text, std::move(pointer)};
}

} // namespace roomd::app
