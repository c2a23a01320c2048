#include "schema/leaves.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <optional>
#include <utility>

namespace roomd::schema {
namespace {

using Index = Document::Index;

constexpr double most_count = 4294967295;

void add_type(Reading &in, Index value, Types &types) {
    constexpr std::array<std::pair<std::string_view, Type>, 7> names{{{"array", Type::array},
                                                                      {"boolean", Type::boolean},
                                                                      {"integer", Type::integer},
                                                                      {"null", Type::null},
                                                                      {"number", Type::number},
                                                                      {"object", Type::object},
                                                                      {"string", Type::string}}};
    const std::string name = in.is(value, json::Kind::string) ? in.text(value) : "";
    const auto found = std::find_if(names.begin(), names.end(),
                                    [&](const auto &known) { return known.first == name; });
    if (found == names.end())
        return in.fault(value, "unknown type: " + base::printable(in.doc.text(value), 40),
                        "write array, boolean, integer, null, number, object or string");
    types.allowed.push_back(found->second);
}

void make_type(Reading &in, Index value, Subschema &to) {
    Types types;
    if (!in.is(value, json::Kind::array)) {
        add_type(in, value, types);
    } else if (in.doc.size(value) == 0) {
        return in.fault(value, "\"type\" must name a type");
    } else {
        for (Index i = Document::first(value); i < in.doc.next(value); i = in.doc.next(i))
            add_type(in, i, types);
    }
    to.constraints.emplace_back(std::move(types));
}

void make_enum(Reading &in, Index value, Subschema &to) {
    if (!in.is(value, json::Kind::array) || in.doc.size(value) == 0)
        return in.fault(value, "\"enum\" must be a list of at least one value");
    Values values("enum");
    for (Index i = Document::first(value); i < in.doc.next(value); i = in.doc.next(i))
        values.add(in.doc.kind(i), in.doc.canonical(i));
    values.sort();
    to.constraints.emplace_back(std::move(values));
}

void make_const(Reading &in, Index value, Subschema &to) {
    Values one("const");
    one.add(in.doc.kind(value), in.doc.canonical(value));
    one.sort();
    to.constraints.emplace_back(std::move(one));
}

void make_format(Reading &in, Index value, Subschema &to) {
    const std::string name = in.is(value, json::Kind::string) ? in.text(value) : "";
    if (const Format *format = find_format(name)) {
        to.constraints.emplace_back(format);
        return;
    }
    in.fault(value,
             "the format " + base::printable(in.doc.text(value), 40) + " would not be checked",
             "known are " + base::joined(format_names()) + "; or write a \"pattern\"");
}

void make_pattern(Reading &in, Index value, Subschema &to) {
    if (!in.is(value, json::Kind::string)) return in.fault(value, "\"pattern\" must be a string");
    std::string why;
    auto pattern = Pattern::compile(in.text(value), why);
    if (!pattern) return in.fault(value, "\"pattern\" cannot be run: " + why);
    to.constraints.emplace_back(*std::move(pattern));
}

template <Size::Of of, Bound bound> void make_size(Reading &in, Index value, Subschema &to) {
    const bool whole = in.is(value, json::Kind::number) && in.doc.whole(value);
    const double count = whole ? in.doc.number(value) : -1;
    if (count < 0 || count > most_count)
        return in.fault(value, "it must be a whole number from 0 to 4294967295");
    to.constraints.emplace_back(Size{of, bound, static_cast<std::uint64_t>(count)});
}

std::optional<double> number(Reading &in, Index value) {
    if (in.is(value, json::Kind::number) && std::isfinite(in.doc.number(value)))
        return in.doc.number(value);
    in.fault(value, "it must be a number");
    return {};
}

enum class Itself : bool { allowed, excluded };

template <Bound bound, Itself itself> void make_limit(Reading &in, Index value, Subschema &to) {
    if (const auto limit = number(in, value))
        to.constraints.emplace_back(Limit{bound, itself == Itself::excluded, *limit});
}

void make_multiple(Reading &in, Index value, Subschema &to) {
    const auto divisor = number(in, value);
    if (!divisor) return;
    if (*divisor <= 0) return in.fault(value, "it must be more than 0");
    to.constraints.emplace_back(MultipleOf{*divisor});
}

void make_unique(Reading &in, Index value, Subschema &to) {
    if (!in.is(value, json::Kind::boolean))
        return in.fault(value, "\"uniqueItems\" must be true or false");
    if (in.doc.text(value) == "true") to.constraints.emplace_back(UniqueItems{});
}

void make_required(Reading &in, Index value, Subschema &to) {
    auto names = read_names(in, value);
    if (!names.empty()) to.constraints.emplace_back(Required{std::move(names)});
}

struct Leaf {
    std::string_view name;
    void (*make)(Reading &, Index value, Subschema &to);
};

using Of = Size::Of;

// In the order in which they are checked: what a value is, then how large, then what is in it.
constexpr std::array leaves{
    Leaf{"type", make_type},
    Leaf{"const", make_const},
    Leaf{"enum", make_enum},
    Leaf{"minLength", make_size<Of::characters, Bound::least>},
    Leaf{"maxLength", make_size<Of::characters, Bound::most>},
    Leaf{"format", make_format},
    Leaf{"pattern", make_pattern},
    Leaf{"minimum", make_limit<Bound::least, Itself::allowed>},
    Leaf{"exclusiveMinimum", make_limit<Bound::least, Itself::excluded>},
    Leaf{"maximum", make_limit<Bound::most, Itself::allowed>},
    Leaf{"exclusiveMaximum", make_limit<Bound::most, Itself::excluded>},
    Leaf{"multipleOf", make_multiple},
    Leaf{"minItems", make_size<Of::elements, Bound::least>},
    Leaf{"maxItems", make_size<Of::elements, Bound::most>},
    Leaf{"uniqueItems", make_unique},
    Leaf{"minProperties", make_size<Of::members, Bound::least>},
    Leaf{"maxProperties", make_size<Of::members, Bound::most>},
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
            in.fault(i, "a name must be a string");
            continue;
        }
        std::string name = in.text(i);
        if (std::find(names.begin(), names.end(), name) != names.end())
            in.fault(i, "duplicate name");
        names.push_back(std::move(name));
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

void add_leaves(Reading &in, Index node, Subschema &to) {
    for (const Leaf &leaf : leaves) {
        const Index value = in.doc.member(node, leaf.name);
        if (value == Document::none) continue;
        const std::size_t faults = in.count, constraints = to.constraints.size();
        leaf.make(in, value, to);
        if (in.count > faults && to.constraints.size() > constraints) to.constraints.pop_back();
    }
}

} // namespace roomd::schema
