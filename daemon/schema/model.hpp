#pragma once

#include "schema/format.hpp"
#include "schema/pattern.hpp"
#include "json/json.hpp"

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

// A compiled schema.
namespace roomd::schema {

struct Subschema;

enum class Type : std::uint8_t { array, boolean, integer, null, number, object, string };

// `type`
struct Types {
    std::vector<Type> allowed;
};

// `enum` and `const`: what is allowed, by its canonical text.
class Values {
public:
    explicit Values(const char *keyword) noexcept : keyword_(keyword) {}
    void add(json::Kind, std::string canonical);
    void sort(); // call it once, when all are added

    const char *keyword() const noexcept { return keyword_; }
    // Whether one of them is of this kind.
    bool any(json::Kind kind) const noexcept { return (kinds_ >> unsigned(kind) & 1u) != 0; }
    bool has(std::string_view canonical) const;
    const std::vector<std::string> &as_written() const noexcept { return texts_; }

private:
    const char *keyword_;
    std::vector<std::string> texts_;    // in the order of the schema
    std::vector<std::uint32_t> sorted_; // indexes into it, by text
    unsigned kinds_ = 0;                // a bit each
};

enum class Bound : std::uint8_t { least, most };

// `minLength`, `maxItems` ...: bounds on a count.
struct Size {
    enum class Of : std::uint8_t { characters, elements, members };
    Of of;
    Bound bound;
    std::uint64_t count;
};

// `minimum`, `exclusiveMaximum` ...
struct Limit {
    Bound bound;
    bool exclusive;
    double value;
};

struct MultipleOf {
    double divisor;
};

struct UniqueItems {};

struct Required {
    std::vector<std::string> names;
};

struct Dependencies {
    std::vector<std::pair<std::string, std::vector<std::string>>> names;
    std::vector<std::pair<std::string, const Subschema *>> schemas;
};

struct PropertyNames {
    const Subschema *schema;
};

// `properties`, `patternProperties` and `additionalProperties`
struct Properties {
    std::vector<std::pair<std::string, const Subschema *>> named;
    std::vector<std::pair<Pattern, const Subschema *>> patterns;
    const Subschema *others = nullptr; // null: anything
};

// `items` and `additionalItems`
struct Items {
    std::vector<const Subschema *> first; // one for each
    const Subschema *rest = nullptr;      // null: anything
};

struct Contains {
    const Subschema *schema;
};

// `allOf`, `anyOf` and `oneOf`
struct Combined {
    enum class How : std::uint8_t { all, any, one };
    How how;
    std::vector<const Subschema *> schemas;
};

struct Not {
    const Subschema *schema;
};

// `if`, `then` and `else`
struct Condition {
    const Subschema *question;
    const Subschema *then = nullptr, *otherwise = nullptr; // null: anything
};

using Constraint = std::variant<Types, Values, const Format *, Pattern, Size, Limit, MultipleOf,
                                UniqueItems, Required, Dependencies, PropertyNames, Properties,
                                Items, Contains, Combined, Not, Condition>;

struct Subschema {
    std::string pointer;                 // where it is in the schema: "/properties/status"
    bool never = false;                  // the schema `false`
    std::vector<Constraint> constraints; // in the order in which they are checked
};

struct Model {
    std::deque<Subschema> all; // they keep their addresses
    const Subschema *root = nullptr;
};

} // namespace roomd::schema
