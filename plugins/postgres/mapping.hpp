#pragma once

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace roomd::postgres {

// Why a payload gives no event; `code` is its kind.
struct Unfit {
    std::string code, text;
};

// Text with fields of a payload in braces: "library:{library_id}", "{booking/id}".  "{}" is all
// of it; "{{" and "}}" are braces.
class Template {
public:
    // None: `why` says what is wrong.
    static std::optional<Template> read(std::string_view text, std::string &why);

    // Text, whole numbers and booleans become text; other values are refused.
    std::variant<std::string, Unfit> text(const nlohmann::json &payload) const;
    // As text(), but a template that is a single field has that field's value, of any type.
    std::variant<nlohmann::json, Unfit> value(const nlohmann::json &payload) const;

private:
    struct Part {
        std::string text; // literal, or the field's name
        bool field = false;
    };
    std::vector<Part> parts_;
};

// How the payloads of one channel become events.
class Mapping {
public:
    struct Fault {
        std::string pointer, text; // pointer: into the mapping
    };
    // `node`: {event, rooms?, data?}, of the types that the configuration's schema says.
    static std::variant<Mapping, Fault> read(const nlohmann::json &node);

    struct Mapped {
        std::string event;
        std::vector<std::string> rooms; // none: the catalogue chooses
        std::string args;               // JSON
    };
    std::variant<Mapped, Unfit> apply(std::string_view payload) const;

private:
    // The data: values as they are, with templates where there is text.
    struct Shape {
        nlohmann::json fixed;
        std::optional<Template> text;
        std::vector<std::string> names; // of an object's members; the values are below
        std::vector<Shape> values;      // ... or elements of an array
    };
    static std::optional<Fault> read(const nlohmann::json &node, const std::string &at,
                                     std::size_t depth, Shape &out);
    static std::variant<nlohmann::json, Unfit> fill(const Shape &, const nlohmann::json &payload);

    Template event_;
    std::vector<Template> rooms_;
    std::optional<Shape> data_; // none: the payload as it came
};

} // namespace roomd::postgres
