#include "postgres/mapping.hpp"

#include "postgres/surrogates.hpp"
#include "rest/problem.hpp"

#include <cstddef>
#include <utility>

namespace roomd::postgres {
namespace {

using nlohmann::json;

constexpr std::size_t max_depth = 127; // of a payload: the array of arguments is one more

// Before a DOM is made of it: what is deep is written out by recursion.
bool too_deep(std::string_view text) noexcept {
    std::size_t depth = 0;
    bool quoted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (quoted) {
            if (c == '\\')
                ++i;
            else if (c == '"')
                quoted = false;
        } else if (c == '"') {
            quoted = true;
        } else if (c == '{' || c == '[') {
            if (++depth > max_depth) return true;
        } else if ((c == '}' || c == ']') && depth > 0) {
            --depth;
        }
    }
    return false;
}

// The member that a path of names leads to; null when there is none.
const json *find(const json &payload, std::string_view path) {
    const json *at = &payload;
    while (!path.empty()) {
        const auto slash = path.find('/');
        const auto name = path.substr(0, slash);
        path = slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1);
        if (!at->is_object()) return nullptr;
        const auto member = at->find(std::string(name));
        if (member == at->end()) return nullptr;
        at = &*member;
    }
    return at;
}

Unfit missing(const std::string &field) {
    return {"field_missing", "the payload has no \"" + field + "\""};
}

} // namespace

std::optional<Template> Template::read(std::string_view text, std::string &why) {
    Template out;
    std::string literal;
    const auto flush = [&] {
        if (!literal.empty()) out.parts_.push_back({std::exchange(literal, {}), false});
    };
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if ((c == '{' || c == '}') && i + 1 < text.size() && text[i + 1] == c) {
            literal += c;
            ++i;
        } else if (c == '{') {
            const auto end = text.find('}', i);
            if (end == std::string_view::npos) {
                why = "a brace is not closed; write {{ for one that is text";
                return {};
            }
            flush();
            out.parts_.push_back({std::string(text.substr(i + 1, end - i - 1)), true});
            i = end;
        } else if (c == '}') {
            why = "a brace closes nothing; write }} for one that is text";
            return {};
        } else {
            literal += c;
        }
    }
    flush();
    return out;
}

std::variant<std::string, Unfit> Template::text(const json &payload) const {
    std::string out;
    for (const auto &part : parts_) {
        if (!part.field) {
            out += part.text;
            continue;
        }
        const auto *value = find(payload, part.text);
        if (value == nullptr) return missing(part.text);
        if (value->is_string())
            out += value->get_ref<const std::string &>();
        else if (value->is_number_integer() || value->is_boolean())
            out += value->dump();
        else
            return Unfit{"field_invalid", "\"" + part.text + "\" is " + value->type_name() +
                                              ", neither a string nor a whole number"};
    }
    return out;
}

std::variant<json, Unfit> Template::value(const json &payload) const {
    if (parts_.size() == 1 && parts_.front().field) {
        const auto *value = find(payload, parts_.front().text);
        if (value == nullptr) return missing(parts_.front().text);
        return *value;
    }
    auto made = text(payload);
    if (auto *unfit = std::get_if<Unfit>(&made)) return std::move(*unfit);
    return json(std::get<std::string>(std::move(made)));
}

std::optional<Mapping::Fault> Mapping::read(const json &node, const std::string &at,
                                            std::size_t depth, Shape &out) {
    if (depth > 32) return Fault{at, "the data is nested deeper than 32 levels"};
    if (node.is_string()) {
        std::string why;
        out.text = Template::read(node.get_ref<const std::string &>(), why);
        if (!out.text) return Fault{at, why};
    } else if (node.is_object()) {
        for (const auto &[key, value] : node.items()) {
            out.names.push_back(key);
            std::string place = at;
            place.append("/").append(rest::pointer_token(key));
            if (auto fault = read(value, place, depth + 1, out.values.emplace_back())) return fault;
        }
        out.fixed = json::object();
    } else if (node.is_array()) {
        for (const auto &value : node) {
            const auto place = at + "/" + std::to_string(out.values.size());
            if (auto fault = read(value, place, depth + 1, out.values.emplace_back())) return fault;
        }
        out.fixed = json::array();
    } else {
        out.fixed = node;
    }
    return {};
}

std::variant<Mapping, Mapping::Fault> Mapping::read(const json &node) {
    Mapping out;
    std::string why;
    auto event = Template::read(node.value("event", std::string()), why);
    if (!event) return Fault{"/event", why};
    out.event_ = std::move(*event);
    if (const auto rooms = node.find("rooms"); rooms != node.end()) {
        for (const auto &room : *rooms) {
            auto one = Template::read(room.get<std::string>(), why);
            if (!one) return Fault{"/rooms/" + std::to_string(out.rooms_.size()), why};
            out.rooms_.push_back(std::move(*one));
        }
    }
    if (const auto data = node.find("data"); data != node.end()) {
        if (auto fault = read(*data, "/data", 0, out.data_.emplace())) return std::move(*fault);
    }
    return out;
}

std::variant<json, Unfit> Mapping::fill(const Shape &shape, const json &payload) {
    if (shape.text) return shape.text->value(payload);
    json out = shape.fixed;
    for (std::size_t i = 0; i < shape.values.size(); ++i) {
        auto made = fill(shape.values[i], payload);
        if (auto *unfit = std::get_if<Unfit>(&made)) return std::move(*unfit);
        if (shape.names.empty())
            out.push_back(std::get<json>(std::move(made)));
        else
            out[shape.names[i]] = std::get<json>(std::move(made));
    }
    return out;
}

std::variant<Mapping::Mapped, Unfit> Mapping::apply(std::string_view payload) const {
    if (too_deep(payload)) return Unfit{"json_too_deep", "the payload is nested too deep"};
    auto read = json::parse(payload, nullptr, false);
    if (read.is_discarded()) read = json::parse(without_halves(payload), nullptr, false);
    if (read.is_discarded()) return Unfit{"json_malformed", "the payload is not JSON"};
    Mapped out;
    auto event = event_.text(read);
    if (auto *unfit = std::get_if<Unfit>(&event)) return std::move(*unfit);
    out.event = std::get<std::string>(std::move(event));
    for (const auto &room : rooms_) {
        auto made = room.text(read);
        if (auto *unfit = std::get_if<Unfit>(&made)) return std::move(*unfit);
        out.rooms.push_back(std::get<std::string>(std::move(made)));
    }
    if (!data_) {
        out.args.append("[").append(payload).append("]");
        return out;
    }
    auto data = fill(*data_, read);
    if (auto *unfit = std::get_if<Unfit>(&data)) return std::move(*unfit);
    out.args = "[" + std::get<json>(data).dump() + "]";
    return out;
}

} // namespace roomd::postgres
