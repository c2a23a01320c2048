#include "schema/builder.hpp"

#include "base/text.hpp"
#include "schema/leaves.hpp"
#include "schema/reading.hpp"
#include "schema/references.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <unordered_map>
#include <utility>

namespace roomd::schema {
namespace {

namespace constraints = valijson::constraints;
using Index = Document::Index;
using valijson::Subschema;

constexpr std::size_t most_subschemas = 1000;
constexpr std::size_t most_faults = 50;
constexpr int most_in_place = 16; // schemas for one and the same value, each inside the other

class Builder {
public:
    explicit Builder(Reading &in) : in_(in), doc_(in.doc) {}

    void run() {
        if (doc_.duplicate() != Document::none)
            return in_.fault(doc_.duplicate(), "the member stands twice", "keep one of the two");
        in_.model.root = subschema(Document::root);
        while (!pending_.empty() && in_.faults.size() < most_faults) {
            const auto [node, sub] = pending_.back();
            pending_.pop_back();
            fill(node, sub);
        }
        if (in_.faults.empty()) check_nesting();
    }

private:
    using Make = void (Builder::*)(Index value, const Subschema *to);
    struct Keyword {
        std::string_view name;
        Make make;
    };

    // ---- subschemas ------------------------------------------------------------------------

    // The one that stands at `node` or where its `$ref` leads.  Null after a fault.
    const Subschema *subschema(Index node) {
        node = references_.resolve(in_, node, [&](Index beside) { read_definitions(beside); });
        if (node == Document::none) return nullptr;
        const auto known = made_.find(node);
        if (known != made_.end()) return known->second;
        if (made_.size() == most_subschemas) {
            in_.fault(node, "there are more than 1000 schemas in this one");
            return nullptr;
        }
        const Subschema *sub = in_.model.schema.createSubschema();
        in_.model.schema.setSubschemaId(sub, doc_.pointer(node));
        made_.emplace(node, sub);
        pending_.emplace_back(node, sub);
        return sub;
    }

    // A subschema for the same value as `of`.
    const Subschema *in_place(Index node, const Subschema *of) {
        const Subschema *inner = subschema(node);
        if (inner != nullptr) in_place_[of].push_back(inner);
        return inner;
    }

    void fill(Index node, const Subschema *sub) {
        if (in_.is(node, json::Kind::boolean)) {
            in_.model.schema.setAlwaysInvalid(sub, doc_.text(node) == "false");
            return;
        }
        if (!in_.is(node, json::Kind::object))
            return in_.fault(node, "a schema is a map, true or false");
        for (Index name = Document::first(node); name < doc_.next(node); name = doc_.next(name + 1))
            check_keyword(name);
        check_identity(in_, node);
        add_leaves(in_, node, sub);
        for (const Keyword &keyword : nested())
            if (const Index value = doc_.member(node, keyword.name); value != Document::none)
                (this->*keyword.make)(value, sub);
        add_properties(node, sub);
        add_items(node, sub);
        add_condition(node, sub);
    }

    // What is not known is not checked, and so refused.
    void check_keyword(Index name) {
        constexpr auto others = std::to_array<std::string_view>(
            {"$schema", "$id", "$comment", "title", "description", "default", "examples",
             "readOnly", "writeOnly", "properties", "patternProperties", "additionalProperties",
             "items", "additionalItems", "if", "then", "else"});
        std::vector<std::string_view> all = leaf_keywords();
        all.insert(all.end(), others.begin(), others.end());
        for (const Keyword &keyword : nested())
            all.push_back(keyword.name);
        const std::string keyword = in_.text(name);
        if (std::find(all.begin(), all.end(), keyword) != all.end()) return;
        std::string_view near = base::nearest(keyword, all);
        if (keyword == "$defs") near = "definitions";
        in_.fault(name, "nothing checks \"" + base::printable(keyword, 60) + '"',
                  near.empty() ? "it is no keyword of draft 7 that is known here; remove it"
                               : "did you mean \"" + std::string(near) + "\"?");
    }

    // How deep schemas for one value stand in each other; a circle has no end.
    void check_nesting() {
        std::unordered_map<const Subschema *, int> depths;
        for (const auto &[node, sub] : made_)
            if (depth(sub, depths) > most_in_place)
                return in_.fault(node, "more than 16 schemas in each other are for the same value",
                                 "let them lead into the value, with \"properties\" or \"items\"");
    }

    int depth(const Subschema *sub, std::unordered_map<const Subschema *, int> &depths) {
        const auto [known, is_new] = depths.emplace(sub, most_in_place + 1); // while it is open
        if (!is_new) return known->second;
        int deepest = 0;
        for (const Subschema *inner : in_place_[sub])
            deepest = std::max(deepest, depth(inner, depths));
        return depths[sub] = std::min(deepest, most_in_place) + 1;
    }

    // ---- keywords with schemas in them -----------------------------------------------------

    static const std::vector<Keyword> &nested() {
        static const std::vector<Keyword> all{
            {"dependencies", &Builder::add_dependencies},
            {"propertyNames", &Builder::add_property_names},
            {"contains", &Builder::add_contains},
            {"allOf", &Builder::add_combined<constraints::AllOfConstraint>},
            {"anyOf", &Builder::add_combined<constraints::AnyOfConstraint>},
            {"oneOf", &Builder::add_combined<constraints::OneOfConstraint>},
            {"not", &Builder::add_not},
            {"definitions", &Builder::read_definitions},
        };
        return all;
    }

    // Those that nothing refers to are read too: a mistake in them is told.
    void read_definitions(Index value) {
        if (!in_.is(value, json::Kind::object))
            return in_.fault(value, "\"definitions\" is a map of schemas");
        for (Index name = Document::first(value); name < doc_.next(value);
             name = doc_.next(name + 1))
            subschema(name + 1);
    }
    void read_definitions(Index value, const Subschema *) { read_definitions(value); }

    void add_dependencies(Index value, const Subschema *to) {
        if (!in_.is(value, json::Kind::object))
            return in_.fault(value, "\"dependencies\" is a map of lists of names or of schemas");
        constraints::DependenciesConstraint dependencies;
        for (Index name = Document::first(value); name < doc_.next(value);
             name = doc_.next(name + 1)) {
            if (!in_.name_fits(name)) continue;
            if (in_.is(name + 1, json::Kind::array))
                dependencies.addPropertyDependencies(in_.text(name), read_names(in_, name + 1));
            else if (const Subschema *inner = in_place(name + 1, to))
                dependencies.addSchemaDependency(in_.text(name), inner);
        }
        in_.add(dependencies, to);
    }

    void add_property_names(Index value, const Subschema *to) {
        constraints::PropertyNamesConstraint names;
        names.setSubschema(subschema(value));
        in_.add(names, to);
    }

    void add_contains(Index value, const Subschema *to) {
        constraints::ContainsConstraint contains;
        contains.setSubschema(subschema(value));
        in_.add(contains, to);
    }

    void add_not(Index value, const Subschema *to) {
        constraints::NotConstraint negation;
        negation.setSubschema(in_place(value, to));
        in_.add(negation, to);
    }

    template <class Constraint> void add_combined(Index value, const Subschema *to) {
        if (!in_.is(value, json::Kind::array) || doc_.size(value) == 0)
            return in_.fault(value, "it is a list of at least one schema");
        Constraint combined;
        for (Index i = Document::first(value); i < doc_.next(value); i = doc_.next(i))
            combined.addSubschema(in_place(i, to));
        in_.add(combined, to);
    }

    void add_properties(Index node, const Subschema *to) {
        const Index properties = doc_.member(node, "properties");
        const Index patterns = doc_.member(node, "patternProperties");
        const Index others = doc_.member(node, "additionalProperties");
        if (properties == Document::none && patterns == Document::none && others == Document::none)
            return;
        constraints::PropertiesConstraint constraint;
        constraint.setAdditionalPropertiesSubschema(
            others == Document::none ? in_.model.schema.emptySubschema() : subschema(others));
        each_member(properties, [&](Index name) {
            if (in_.name_fits(name))
                constraint.addPropertySubschema(in_.text(name), subschema(name + 1));
        });
        each_member(patterns, [&](Index name) {
            std::string why;
            auto pattern = Pattern::compile(in_.text(name), why);
            if (!pattern) return in_.fault(name, "the pattern can not be run: " + why);
            constraint.addPatternPropertySubschema(std::to_string(in_.model.names.size()),
                                                   subschema(name + 1));
            in_.model.names.push_back(*std::move(pattern));
        });
        in_.add(constraint, to);
    }

    template <class Fn> void each_member(Index map, Fn fn) {
        if (map == Document::none) return;
        if (!in_.is(map, json::Kind::object)) return in_.fault(map, "it is a map of schemas");
        for (Index name = Document::first(map); name < doc_.next(map); name = doc_.next(name + 1))
            fn(name);
    }

    void add_items(Index node, const Subschema *to) {
        const Index items = doc_.member(node, "items");
        const Index others = doc_.member(node, "additionalItems");
        const bool list = items != Document::none && in_.is(items, json::Kind::array);
        if (others != Document::none && !list)
            return in_.fault(others,
                             "\"additionalItems\" has no effect without a list of \"items\"",
                             "remove it");
        if (items == Document::none) return;
        if (!list) {
            constraints::SingularItemsConstraint all;
            all.setItemsSubschema(subschema(items));
            return in_.add(all, to);
        }
        constraints::LinearItemsConstraint each;
        for (Index i = Document::first(items); i < doc_.next(items); i = doc_.next(i))
            each.addItemSubschema(subschema(i));
        each.setAdditionalItemsSubschema(
            others == Document::none ? in_.model.schema.emptySubschema() : subschema(others));
        in_.add(each, to);
    }

    void add_condition(Index node, const Subschema *to) {
        const Index question = doc_.member(node, "if");
        for (const char *branch : {"then", "else"})
            if (const Index at = doc_.member(node, branch);
                question == Document::none && at != Document::none)
                in_.fault(at, '"' + std::string(branch) + "\" has no effect without \"if\"",
                          "remove it");
        if (question == Document::none) return;
        constraints::ConditionalConstraint condition;
        condition.setIfSubschema(in_place(question, to));
        if (const Index at = doc_.member(node, "then"); at != Document::none)
            condition.setThenSubschema(in_place(at, to));
        if (const Index at = doc_.member(node, "else"); at != Document::none)
            condition.setElseSubschema(in_place(at, to));
        in_.add(condition, to);
    }

    Reading &in_;
    const Document &doc_;
    References references_;
    std::map<Index, const Subschema *> made_; // by where they stand
    std::vector<std::pair<Index, const Subschema *>> pending_;
    std::unordered_map<const Subschema *, std::vector<const Subschema *>> in_place_;
};

} // namespace

void build(const Document &schema, Model &model, std::vector<BuildFault> &faults) {
    Reading reading{schema, model, faults};
    Builder(reading).run();
}

} // namespace roomd::schema
