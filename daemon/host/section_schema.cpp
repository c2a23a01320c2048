#include "host/section_schema.hpp"

#include "base/text.hpp"
#include "json/json.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

namespace roomd::host {
namespace {

std::string in_quotes(std::string_view text) {
    return '"' + base::printable(text, 100) + '"';
}

std::optional<double> number(std::string_view text) noexcept {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return {};
    return value;
}

bool is_whole(std::string_view text) noexcept {
    const auto value = number(text);
    return value && std::trunc(*value) == *value;
}

// In the words of YAML.
std::string_view name_of(std::string_view type) noexcept {
    if (type == "object") return "a map";
    if (type == "array") return "a list";
    if (type == "string") return "text";
    if (type == "boolean") return "true or false";
    if (type == "integer") return "a whole number";
    if (type == "number") return "a number";
    return "nothing";
}

std::string_view type_of(std::string_view value) {
    switch (json::kind(value)) {
    case json::Kind::object: return "object";
    case json::Kind::array: return "array";
    case json::Kind::string: return "string";
    case json::Kind::boolean: return "boolean";
    case json::Kind::number: return is_whole(value) ? "integer" : "number";
    case json::Kind::null: break;
    }
    return "null";
}

bool has_type(std::string_view value, std::string_view type) {
    const std::string_view is = type_of(value);
    return is == type || (is == "integer" && type == "number");
}

// The texts of a string or of a list of them.
std::vector<std::string> texts(std::string_view value) {
    std::vector<std::string_view> parts{value};
    if (!value.empty() && json::kind(value) == json::Kind::array) json::split_array(value, parts);
    std::vector<std::string> out;
    for (const std::string_view part : parts)
        if (!part.empty() && json::kind(part) == json::Kind::string)
            out.push_back(json::string(part));
    return out;
}

std::vector<std::pair<std::string, std::string_view>> members(std::string_view object) {
    std::vector<json::Member> found;
    if (!object.empty() && json::kind(object) == json::Kind::object)
        json::split_object(object, found);
    std::vector<std::pair<std::string, std::string_view>> out;
    out.reserve(found.size());
    for (const auto &[name, value] : found)
        out.emplace_back(json::string(name), value);
    return out;
}

bool equal(std::string_view a, std::string_view b) {
    if (json::kind(a) != json::kind(b)) return false;
    if (json::kind(a) == json::Kind::string) return json::string(a) == json::string(b);
    return json::kind(a) == json::Kind::number ? number(a) == number(b) : a == b;
}

// Where a value stands: as a pointer, and as one reads it ("generate.rate", "rooms[0]").
struct Place {
    std::string pointer, shown;

    Place key(std::string_view name) const {
        return {pointer + '/' + json::escaped_token(name),
                (shown.empty() ? "" : shown + '.') + std::string(name)};
    }
    Place element(std::size_t i) const {
        return {pointer + '/' + std::to_string(i), shown + '[' + std::to_string(i) + ']'};
    }
};

// json::check() bounds the depth of what it goes through.
class Check {
public:
    std::vector<SchemaFault> faults;

    enum class Others { as_it_says, refused };

    void value(std::string_view schema, std::string_view value, const Place &place, Others others) {
        if (json::kind(schema) != json::Kind::object || !type(schema, value, place)) return;
        words(schema, value, place);
        switch (json::kind(value)) {
        case json::Kind::number: return range(schema, value, place);
        case json::Kind::object: return object(schema, value, place, others);
        case json::Kind::array: return array(schema, value, place);
        default: return;
        }
    }

private:
    void add(const Place &place, const std::string &what, std::string hint = {}) {
        faults.push_back({place.pointer, in_quotes(place.shown) + what, std::move(hint)});
    }

    bool type(std::string_view schema, std::string_view value, const Place &place) {
        const auto wanted = texts(json::member(schema, "type"));
        const auto fits = [&](const std::string &type) { return has_type(value, type); };
        if (wanted.empty() || std::any_of(wanted.begin(), wanted.end(), fits)) return true;
        std::string names;
        for (const auto &type : wanted)
            (names += names.empty() ? "" : " or ") += name_of(type);
        const bool is_text = json::kind(value) == json::Kind::string;
        std::string hint;
        if (wanted == std::vector<std::string>{"string"})
            hint = json::kind(value) <= json::Kind::number ? "quote it" : "";
        else if (wanted == std::vector<std::string>{"boolean"})
            hint = "write true or false";
        else if (is_text && (names == name_of("integer") || names == name_of("number")))
            hint = "write it without quotes; what a ${..} stands for is text";
        add(place, " must be " + names + ", not " + std::string(name_of(type_of(value))),
            std::move(hint));
        return false;
    }

    void words(std::string_view schema, std::string_view value, const Place &place) {
        const std::string_view list = json::member(schema, "enum");
        if (list.empty() || json::kind(list) != json::Kind::array) return;
        std::vector<std::string_view> allowed;
        json::split_array(list, allowed);
        std::string hint;
        for (const std::string_view word : allowed) {
            if (equal(word, value)) return;
            const bool text = json::kind(word) == json::Kind::string;
            (hint += hint.empty() ? "write " : ", ") +=
                text ? json::string(word) : std::string(word);
        }
        add(place, " is none of its words", std::move(hint));
    }

    void range(std::string_view schema, std::string_view value, const Place &place) {
        const std::string_view least = json::member(schema, "minimum"),
                               most = json::member(schema, "maximum");
        const auto is = number(value), low = number(least), high = number(most);
        if (!is || !((low && *is < *low) || (high && *is > *high))) return;
        std::string hint = low ? (high ? "from " : "at least ") + std::string(least) : "";
        if (high) hint += (low ? " to " : "at most ") + std::string(most);
        add(place, " is out of range", std::move(hint));
    }

    void object(std::string_view schema, std::string_view value, const Place &place,
                Others others) {
        const std::string_view known = json::member(schema, "properties");
        const bool closed = json::member(schema, "additionalProperties") == "false" ||
                            (others == Others::refused && !known.empty());
        std::vector<std::string> names;
        for (const auto &[name, unused] : members(known))
            names.push_back(name);
        const auto present = members(value);
        for (const auto &[name, inner] : present) {
            const std::string_view of = known.empty() ? known : json::member(known, name);
            if (!of.empty())
                this->value(of, inner, place.key(name), Others::as_it_says);
            else if (closed)
                unknown(name, names, place.key(name));
        }
        for (const std::string &name : texts(json::member(schema, "required")))
            if (std::none_of(present.begin(), present.end(),
                             [&](const auto &member) { return member.first == name; }))
                add(place.key(name), " is missing");
    }

    void unknown(const std::string &name, const std::vector<std::string> &names,
                 const Place &place) {
        const std::string_view near = base::nearest(name, {names.begin(), names.end()});
        std::string hint;
        if (!near.empty()) hint = "did you mean \"" + std::string(near) + "\"?";
        faults.push_back({place.pointer, "unknown key " + in_quotes(name), std::move(hint)});
    }

    void array(std::string_view schema, std::string_view value, const Place &place) {
        const std::string_view items = json::member(schema, "items");
        if (items.empty()) return;
        std::vector<std::string_view> elements;
        json::split_array(value, elements);
        for (std::size_t i = 0; i < elements.size(); ++i)
            this->value(items, elements[i], place.element(i), Others::as_it_says);
    }
};

} // namespace

std::vector<SchemaFault> check_section(std::string_view schema, std::string_view section) {
    Check check;
    check.value(schema, section, {}, Check::Others::refused);
    return std::move(check.faults);
}

} // namespace roomd::host
