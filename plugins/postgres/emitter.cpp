#include "postgres/emitter.hpp"

#include "postgres/lines.hpp"

#include <roomd/plugin.hpp>

#include <algorithm>
#include <charconv>
#include <map>
#include <set>

namespace roomd::postgres {
namespace {

using Json = nlohmann::ordered_json;
using Members = std::vector<Emitter::Member>;

constexpr std::size_t longest_name = 63;
constexpr int most_steps = 32; // of $ref

bool lower(char c) {
    return c >= 'a' && c <= 'z';
}
bool upper(char c) {
    return c >= 'A' && c <= 'Z';
}
bool digit(char c) {
    return c >= '0' && c <= '9';
}

std::string percent_decoded(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        unsigned byte = 0;
        const auto *const digits = text.data() + i + 1;
        if (text[i] == '%' && i + 2 < text.size() &&
            std::from_chars(digits, digits + 2, byte, 16).ptr == digits + 2) {
            out += static_cast<char>(byte);
            i += 2;
        } else {
            out += text[i];
        }
    }
    return out;
}

// Where the schema of `node` really stands; the catalogue has checked that it is there.
const Json &resolved(const Json &root, const Json &node) {
    const Json *at = &node;
    for (int step = 0; step < most_steps && at->is_object() && at->contains("$ref"); ++step) {
        const auto to = percent_decoded(at->at("$ref").get<std::string>());
        at = &root.at(Json::json_pointer(to.substr(to.find('#') + 1)));
    }
    return *at;
}

Emitter::Member &member(Members &members, const std::string &name) {
    const auto it = std::find_if(members.begin(), members.end(),
                                 [&](const auto &one) { return one.name == name; });
    if (it != members.end()) return *it;
    members.push_back({name, snake_case(name)});
    return members.back();
}

bool names(const Json &types, const char *type) {
    return types == type ||
           (types.is_array() && std::find(types.begin(), types.end(), type) != types.end());
}

void read_property(const Json &schema, Emitter::Member &out) {
    if (!schema.is_object()) return;
    const auto types = schema.value("type", Json());
    out.as_text = names(types, "string") && !names(types, "number") && !names(types, "integer");
    const auto values = schema.value("enum", Json::array());
    out.nullable = names(types, "null") ||
                   std::find(values.begin(), values.end(), Json()) != values.end() ||
                   (schema.contains("const") && schema.at("const").is_null());
}

// What a schema names, and what those say that hold together with it.
class Shape {
public:
    explicit Shape(const Json &root) : root_(root) { read(root); }

    Members take() { return std::move(members_); }
    // Nothing is named, so everything is meant.
    bool open() const noexcept { return !named_ && !closed_; }

private:
    void read(const Json &node) {
        const auto &schema = resolved(root_, node);
        if (!schema.is_object() || !met_.insert(&schema).second) return;
        if (schema.contains("properties")) {
            for (const auto &[name, property] : schema.at("properties").items()) {
                read_property(resolved(root_, property), member(members_, name));
                named_ = true;
            }
        }
        if (schema.contains("additionalProperties"))
            closed_ = closed_ || schema.at("additionalProperties") == false;
        if (schema.contains("allOf")) {
            for (const auto &one : schema.at("allOf"))
                read(one);
        }
        // Behind the others: what is named twice is needed all the same.
        if (schema.contains("required")) {
            for (const auto &name : schema.at("required"))
                member(members_, name.get<std::string>()).needed = true;
        }
    }

    const Json &root_;
    std::set<const Json *> met_;
    Members members_;
    bool named_ = false, closed_ = false;
};

// The first part of each field: "booking" of "user:{/booking/userId}".
std::vector<std::string> fields_of(std::string_view room) {
    std::vector<std::string> out;
    for (;;) {
        const auto open = room.find('{');
        if (open == std::string_view::npos) return out;
        const auto close = room.find('}', open);
        if (close == std::string_view::npos) return out;
        auto path = room.substr(open + 1, close - open - 1);
        if (path.starts_with('/')) path.remove_prefix(1);
        std::string name;
        for (std::size_t i = 0; i < path.size() && path[i] != '/'; ++i) {
            const bool escaped = path[i] == '~' && i + 1 < path.size();
            name += escaped ? (path[i + 1] == '1' ? '/' : '~') : path[i];
            i += escaped ? 1 : 0;
        }
        out.push_back(std::move(name));
        room.remove_prefix(close + 1);
    }
}

Emitter read_emitter(const std::string &event, const Json &node) {
    Emitter out;
    out.event = event;
    out.function = "emit_" + snake_case(event);
    if (out.function.size() > longest_name)
        throw Failure(ROOMD_INVALID, "the event \"" + shown(event, 300) + "\" needs the function " +
                                         out.function + ", and a name has at most 63 bytes");
    Shape shape(node.value("schema", Json::object()));
    out.whole_row = shape.open();
    out.members = shape.take();
    // An event without rooms is of no use to a sender who names none.
    for (const auto &room : node.value("rooms", Json::array())) {
        for (const auto &field : fields_of(room.get<std::string>())) {
            auto &one = member(out.members, field);
            one.needed = true;
            one.nullable = false;
        }
    }
    return out;
}

} // namespace

std::string snake_case(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if ((static_cast<unsigned char>(c) & 0xC0) == 0x80) continue; // of a character before it
        if (!upper(c)) {
            out += lower(c) || digit(c) ? c : '_';
            continue;
        }
        // "userId", "seat2Free"; "HTTPError" is http_error.
        const char before = i > 0 ? text[i - 1] : '_';
        const char behind = i + 1 < text.size() ? text[i + 1] : '_';
        if (lower(before) || digit(before) || (upper(before) && lower(behind))) out += '_';
        out += static_cast<char>(c - 'A' + 'a');
    }
    return out;
}

std::vector<Emitter> read_emitters(const Json &events) {
    std::vector<Emitter> out;
    std::map<std::string, std::string> taken; // function: event
    for (const auto &[event, node] : events.items()) {
        auto emitter = read_emitter(event, node);
        const auto [it, is_new] = taken.emplace(emitter.function, event);
        if (!is_new)
            throw Failure(ROOMD_INVALID, "the events \"" + shown(it->second) + "\" and \"" +
                                             shown(event) + "\" would both be the function " +
                                             emitter.function + "\n  rename one of them");
        out.push_back(std::move(emitter));
    }
    return out;
}

} // namespace roomd::postgres
