#pragma once

#include "schema/format.hpp"
#include "schema/pattern.hpp"
#include "json/json.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <valijson/constraints/concrete_constraints.hpp>
#include <valijson/schema.hpp>

// A compiled schema: valijson's constraints.  Its parser and its visitor are not used: they accept
// what they do not know and evaluate some keywords wrongly; docs/events.md has the list, and
// tests/schema/valijson_test.cpp shows each.
namespace roomd::schema {

// `enum` and `const`: what is allowed, by its canonical text.
class Values {
public:
    void add(json::Kind, std::string canonical);
    void sort(); // once, when all are there
    // Is one of them of this kind?
    bool any(json::Kind kind) const noexcept { return (kinds_ >> unsigned(kind) & 1u) != 0; }
    bool has(std::string_view canonical) const;
    const std::vector<std::string> &as_written() const noexcept { return texts_; }

private:
    std::vector<std::string> texts_;    // in the order of the schema
    std::vector<std::uint32_t> sorted_; // places in it, by text
    unsigned kinds_ = 0;                // a bit each
};

// A keyword that valijson has no sound constraint for.
class Word final : public valijson::constraints::PolyConstraint {
public:
    using Check = std::variant<Values, Pattern, const Format *>;

    Word(const char *keyword, Check check) : keyword_(keyword), check_(std::move(check)) {}

    const char *keyword() const noexcept { return keyword_; }
    const Check &check() const noexcept { return check_; }

    // Nothing holds for valijson's own visitor, which does not know these.
    bool validate(const valijson::adapters::Adapter &, const std::vector<std::string> &,
                  valijson::ValidationResults *) const override {
        return false;
    }

private:
    Constraint *cloneInto(void *place) const override { return new (place) Word(*this); }
    std::size_t sizeOf() const override { return sizeof(Word); }

    const char *keyword_;
    Check check_;
};

struct Model {
    valijson::Schema schema; // the id of a subschema is where it stands: "/properties/status"
    const valijson::Subschema *root = nullptr;
    // Of `patternProperties`: its constraint names each by its place here.
    std::vector<Pattern> names;
};

} // namespace roomd::schema
