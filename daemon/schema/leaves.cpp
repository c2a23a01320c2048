#include "schema/leaves.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

namespace roomd::schema {
namespace {

namespace constraints = valijson::constraints;
using Index = Document::Index;
using valijson::Subschema;

constexpr double most_count = 4294967295;

std::string join(const std::vector<std::string_view> &words) {
    std::string out;
    for (const auto word : words)
        (out += out.empty() ? "" : ", ") += word;
    return out;
}

void add_type(Reading &in, Index value, constraints::TypeConstraint &type) {
    using Type = constraints::TypeConstraint;
    constexpr std::array<std::pair<std::string_view, Type::JsonType>, 7> types{
        {{"array", Type::kArray},
         {"boolean", Type::kBoolean},
         {"integer", Type::kInteger},
         {"null", Type::kNull},
         {"number", Type::kNumber},
         {"object", Type::kObject},
         {"string", Type::kString}}};
    const std::string name = in.is(value, json::Kind::string) ? in.text(value) : "";
    const auto found = std::find_if(types.begin(), types.end(),
                                    [&](const auto &known) { return known.first == name; });
    if (found == types.end())
        return in.fault(value, "no such type: " + base::printable(in.doc.text(value), 40),
                        "write array, boolean, integer, null, number, object or string");
    type.addNamedType(found->second);
}

void make_type(Reading &in, Index value, const Subschema *to) {
    constraints::TypeConstraint type;
    if (!in.is(value, json::Kind::array)) {
        add_type(in, value, type);
    } else if (in.doc.size(value) == 0) {
        return in.fault(value, "\"type\" names no type");
    } else {
        for (Index i = Document::first(value); i < in.doc.next(value); i = in.doc.next(i))
            add_type(in, i, type);
    }
    in.add(type, to);
}

void make_enum(Reading &in, Index value, const Subschema *to) {
    if (!in.is(value, json::Kind::array) || in.doc.size(value) == 0)
        return in.fault(value, "\"enum\" is a list of at least one value");
    Values values;
    for (Index i = Document::first(value); i < in.doc.next(value); i = in.doc.next(i))
        values.add(in.doc.kind(i), in.doc.canonical(i));
    values.sort();
    in.add(Word("enum", std::move(values)), to);
}

void make_const(Reading &in, Index value, const Subschema *to) {
    Values one;
    one.add(in.doc.kind(value), in.doc.canonical(value));
    one.sort();
    in.add(Word("const", std::move(one)), to);
}

void make_format(Reading &in, Index value, const Subschema *to) {
    const std::string name = in.is(value, json::Kind::string) ? in.text(value) : "";
    if (const Format *format = find_format(name)) return in.add(Word("format", format), to);
    in.fault(value,
             "the format " + base::printable(in.doc.text(value), 40) + " would not be checked",
             "known are " + join(format_names()) + "; or write a \"pattern\"");
}

void make_pattern(Reading &in, Index value, const Subschema *to) {
    if (!in.is(value, json::Kind::string)) return in.fault(value, "\"pattern\" must be text");
    std::string why;
    auto pattern = Pattern::compile(in.text(value), why);
    if (!pattern) return in.fault(value, "\"pattern\" can not be run: " + why);
    in.add(Word("pattern", *std::move(pattern)), to);
}

template <class Constraint, void (Constraint::*set)(std::uint64_t)>
void make_count(Reading &in, Index value, const Subschema *to) {
    const bool whole = in.is(value, json::Kind::number) && in.doc.whole(value);
    const double count = whole ? in.doc.number(value) : -1;
    if (count < 0 || count > most_count)
        return in.fault(value, "it must be a whole number from 0 to 4294967295");
    Constraint constraint;
    (constraint.*set)(static_cast<std::uint64_t>(count));
    in.add(constraint, to);
}

std::optional<double> number(Reading &in, Index value) {
    if (in.is(value, json::Kind::number) && std::isfinite(in.doc.number(value)))
        return in.doc.number(value);
    in.fault(value, "it must be a number");
    return {};
}

template <bool exclusive> void make_minimum(Reading &in, Index value, const Subschema *to) {
    constraints::MinimumConstraint minimum;
    if (const auto least = number(in, value)) minimum.setMinimum(*least);
    minimum.setExclusiveMinimum(exclusive);
    in.add(minimum, to);
}

template <bool exclusive> void make_maximum(Reading &in, Index value, const Subschema *to) {
    constraints::MaximumConstraint maximum;
    if (const auto most = number(in, value)) maximum.setMaximum(*most);
    maximum.setExclusiveMaximum(exclusive);
    in.add(maximum, to);
}

void make_multiple(Reading &in, Index value, const Subschema *to) {
    const auto divisor = number(in, value);
    if (!divisor) return;
    if (*divisor <= 0) return in.fault(value, "it must be more than 0");
    constraints::MultipleOfDoubleConstraint multiple;
    multiple.setDivisor(*divisor);
    in.add(multiple, to);
}

void make_unique(Reading &in, Index value, const Subschema *to) {
    if (!in.is(value, json::Kind::boolean))
        return in.fault(value, "\"uniqueItems\" is true or false");
    if (in.doc.text(value) == "true") in.add(constraints::UniqueItemsConstraint(), to);
}

void make_required(Reading &in, Index value, const Subschema *to) {
    constraints::RequiredConstraint required;
    const auto names = read_names(in, value);
    for (const std::string &name : names)
        required.addRequiredProperty(name);
    if (!names.empty()) in.add(required, to);
}

struct Leaf {
    std::string_view name;
    void (*make)(Reading &, Index value, const Subschema *to);
};

// In the order in which they are checked: what a value is, then how large, then what is in it.
constexpr std::array leaves{
    Leaf{"type", make_type},
    Leaf{"const", make_const},
    Leaf{"enum", make_enum},
    Leaf{"minLength", make_count<constraints::MinLengthConstraint,
                                 &constraints::MinLengthConstraint::setMinLength>},
    Leaf{"maxLength", make_count<constraints::MaxLengthConstraint,
                                 &constraints::MaxLengthConstraint::setMaxLength>},
    Leaf{"format", make_format},
    Leaf{"pattern", make_pattern},
    Leaf{"minimum", make_minimum<false>},
    Leaf{"exclusiveMinimum", make_minimum<true>},
    Leaf{"maximum", make_maximum<false>},
    Leaf{"exclusiveMaximum", make_maximum<true>},
    Leaf{"multipleOf", make_multiple},
    Leaf{
        "minItems",
        make_count<constraints::MinItemsConstraint, &constraints::MinItemsConstraint::setMinItems>},
    Leaf{
        "maxItems",
        make_count<constraints::MaxItemsConstraint, &constraints::MaxItemsConstraint::setMaxItems>},
    Leaf{"uniqueItems", make_unique},
    Leaf{"minProperties", make_count<constraints::MinPropertiesConstraint,
                                     &constraints::MinPropertiesConstraint::setMinProperties>},
    Leaf{"maxProperties", make_count<constraints::MaxPropertiesConstraint,
                                     &constraints::MaxPropertiesConstraint::setMaxProperties>},
    Leaf{"required", make_required},
};

} // namespace

std::vector<std::string> read_names(Reading &in, Index value) {
    std::vector<std::string> names;
    if (!in.is(value, json::Kind::array)) {
        in.fault(value, "it must be a list of names");
        return names;
    }
    for (Index i = Document::first(value); i < in.doc.next(value); i = in.doc.next(i)) {
        if (!in.is(i, json::Kind::string)) {
            in.fault(i, "a name must be text");
        } else if (in.name_fits(i)) {
            std::string name = in.text(i);
            if (std::find(names.begin(), names.end(), name) != names.end())
                in.fault(i, "the name stands twice");
            names.push_back(std::move(name));
        }
    }
    return names;
}

std::vector<std::string_view> leaf_keywords() {
    std::vector<std::string_view> names;
    names.reserve(leaves.size());
    for (const Leaf &leaf : leaves)
        names.push_back(leaf.name);
    return names;
}

void add_leaves(Reading &in, Index node, const Subschema *to) {
    for (const Leaf &leaf : leaves)
        if (const Index value = in.doc.member(node, leaf.name); value != Document::none)
            leaf.make(in, value, to);
}

} // namespace roomd::schema
