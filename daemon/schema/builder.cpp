#include "schema/builder.hpp"

#include "base/text.hpp"
#include "schema/leaves.hpp"
#include "schema/references.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace roomd::schema {
namespace {

using Index = Document::Index;

const Subschema anything; // stands in for what cannot be read

constexpr std::size_t most_subschemas = 1000;
constexpr std::size_t most_faults = 50;
constexpr int most_in_place = 16; // nested schemas that apply to the same value

class Builder {
public:
    Builder(const Document &schema, std::vector<BuildFault> *faults) :
        in_{schema, faults},
        doc_(schema) {}

    // Whether it compiled: without a fault, or with faults that nobody asked to be told.
    bool run() {
        if (doc_.duplicate() != Document::none)
            in_.fault(doc_.duplicate(), "duplicate member", "keep one of the two");
        model_.root = subschema(Document::root);
        while (!pending_.empty() && told() < most_faults) {
            const auto [node, sub] = pending_.back();
            pending_.pop_back();
            fill(node, *sub);
        }
        return told() == 0 && nests_well();
    }
    bool understood_all() const noexcept { return in_.count == 0; }
    Model &&take() { return std::move(model_); }

private:
    using Make = void (Builder::*)(Index value, Subschema &to);
    struct Keyword {
        std::string_view name;
        Make make;
    };

    std::size_t told() const noexcept { return in_.faults == nullptr ? 0 : in_.faults->size(); }

    // ---- subschemas ------------------------------------------------------------------------

    // The subschema at `node`, or the one its `$ref` points to; `anything` after a fault.
    const Subschema *subschema(Index node) {
        node = references_.resolve(in_, node, [&](Index beside) { read_definitions(beside); });
        if (node == Document::none) return &anything;
        const auto known = made_.find(node);
        if (known != made_.end()) return known->second;
        if (made_.size() == most_subschemas) {
            in_.fault(node, "the schema contains more than 1000 schemas");
            return &anything;
        }
        Subschema &sub = model_.all.emplace_back();
        sub.pointer = doc_.pointer(node);
        made_.emplace(node, &sub);
        pending_.emplace_back(node, &sub);
        return &sub;
    }

    // A subschema for the same value as `of`.
    const Subschema *in_place(Index node, const Subschema &of) {
        const Subschema *inner = subschema(node);
        in_place_[&of].push_back(inner);
        return inner;
    }

    void fill(Index node, Subschema &sub) {
        if (in_.is(node, json::Kind::boolean)) {
            sub.never = doc_.text(node) == "false";
            return;
        }
        if (!in_.is(node, json::Kind::object))
            return in_.fault(node, "a schema must be a map, true or false");
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

    // An unknown keyword would not be checked, so it is refused.
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
        in_.fault(name, "unknown keyword " + base::in_quotes(keyword, 60),
                  near.empty() ? "it is not a keyword of draft 7 that is checked here; remove it"
                               : "did you mean \"" + std::string(near) + "\"?");
    }

    // How deep schemas for the same value are nested; one that leads back to itself has no end.
    bool nests_well() {
        std::unordered_map<const Subschema *, int> depths;
        for (const auto &[node, sub] : made_) {
            if (depth(sub, depths) <= most_in_place) continue;
            in_.fault(node, "more than 16 nested schemas apply to the same value",
                      "nest them under \"properties\" or \"items\" instead");
            return false;
        }
        return true;
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
            {"allOf", &Builder::add_combined<Combined::How::all>},
            {"anyOf", &Builder::add_combined<Combined::How::any>},
            {"oneOf", &Builder::add_combined<Combined::How::one>},
            {"not", &Builder::add_not},
            {"definitions", &Builder::read_definitions},
        };
        return all;
    }

    // Definitions that nothing refers to are compiled too, so that mistakes in them are found.
    void read_definitions(Index value) {
        if (!in_.is(value, json::Kind::object))
            return in_.fault(value, "\"definitions\" must be a map of schemas");
        each_member(value, [&](Index name) { subschema(name + 1); });
    }
    void read_definitions(Index value, Subschema &) { read_definitions(value); }

    void add_dependencies(Index value, Subschema &to) {
        if (!in_.is(value, json::Kind::object))
            return in_.fault(value,
                             "\"dependencies\" must be a map of lists of names or of schemas");
        Dependencies dependencies;
        each_member(value, [&](Index name) {
            if (in_.is(name + 1, json::Kind::array))
                dependencies.names.emplace_back(in_.text(name), read_names(in_, name + 1));
            else
                dependencies.schemas.emplace_back(in_.text(name), in_place(name + 1, to));
        });
        to.constraints.emplace_back(std::move(dependencies));
    }

    void add_property_names(Index value, Subschema &to) {
        to.constraints.emplace_back(PropertyNames{subschema(value)});
    }

    void add_contains(Index value, Subschema &to) {
        to.constraints.emplace_back(Contains{subschema(value)});
    }

    void add_not(Index value, Subschema &to) {
        to.constraints.emplace_back(Not{in_place(value, to)});
    }

    template <Combined::How how> void add_combined(Index value, Subschema &to) {
        if (!in_.is(value, json::Kind::array) || doc_.size(value) == 0)
            return in_.fault(value, "it must be a list of at least one schema");
        Combined combined{how, {}};
        for (Index i = Document::first(value); i < doc_.next(value); i = doc_.next(i))
            combined.schemas.push_back(in_place(i, to));
        to.constraints.emplace_back(std::move(combined));
    }

    void add_properties(Index node, Subschema &to) {
        const Index named = doc_.member(node, "properties");
        const Index patterns = doc_.member(node, "patternProperties");
        const Index others = doc_.member(node, "additionalProperties");
        if (named == Document::none && patterns == Document::none && others == Document::none)
            return;
        Properties properties;
        if (others != Document::none) properties.others = subschema(others);
        each_member(named, [&](Index name) {
            properties.named.emplace_back(in_.text(name), subschema(name + 1));
        });
        each_member(patterns, [&](Index name) {
            std::string why;
            auto pattern = Pattern::compile(in_.text(name), why);
            if (pattern)
                return void(
                    properties.patterns.emplace_back(*std::move(pattern), subschema(name + 1)));
            in_.fault(name, "the pattern cannot be run: " + why);
            properties.others = nullptr; // nobody knows which members the pattern means
        });
        to.constraints.emplace_back(std::move(properties));
    }

    template <class Fn> void each_member(Index map, Fn fn) {
        if (map == Document::none) return;
        if (!in_.is(map, json::Kind::object)) return in_.fault(map, "it must be a map of schemas");
        for (Index name = Document::first(map); name < doc_.next(map); name = doc_.next(name + 1))
            fn(name);
    }

    void add_items(Index node, Subschema &to) {
        const Index items = doc_.member(node, "items");
        const Index others = doc_.member(node, "additionalItems");
        const bool list = items != Document::none && in_.is(items, json::Kind::array);
        if (others != Document::none && !list)
            in_.fault(others, "\"additionalItems\" has no effect without a list of \"items\"",
                      "remove it");
        if (items == Document::none) return;
        Items made;
        if (list) {
            for (Index i = Document::first(items); i < doc_.next(items); i = doc_.next(i))
                made.first.push_back(subschema(i));
            if (others != Document::none) made.rest = subschema(others);
        } else {
            made.rest = subschema(items);
        }
        to.constraints.emplace_back(std::move(made));
    }

    void add_condition(Index node, Subschema &to) {
        const Index question = doc_.member(node, "if");
        for (const char *branch : {"then", "else"})
            if (const Index at = doc_.member(node, branch);
                question == Document::none && at != Document::none)
                in_.fault(at, '"' + std::string(branch) + "\" has no effect without \"if\"",
                          "remove it");
        if (question == Document::none) return;
        Condition condition{in_place(question, to)};
        if (const Index at = doc_.member(node, "then"); at != Document::none)
            condition.then = in_place(at, to);
        if (const Index at = doc_.member(node, "else"); at != Document::none)
            condition.otherwise = in_place(at, to);
        to.constraints.emplace_back(condition);
    }

    Reading in_;
    const Document &doc_;
    Model model_;
    References references_;
    std::map<Index, const Subschema *> made_; // by their place in the text
    std::vector<std::pair<Index, Subschema *>> pending_;
    std::unordered_map<const Subschema *, std::vector<const Subschema *>> in_place_;
};

// Below `not`, in `if`, and in two branches of `oneOf`, a schema that accepts more than it says
// would get data refused.
void drop_what_turns_round(Model &model) {
    for (Subschema &sub : model.all) {
        std::erase_if(sub.constraints, [](const Constraint &one) {
            return std::holds_alternative<Not>(one) || std::holds_alternative<Condition>(one);
        });
        for (Constraint &one : sub.constraints)
            if (auto *combined = std::get_if<Combined>(&one);
                combined != nullptr && combined->how == Combined::How::one)
                combined->how = Combined::How::any;
    }
}

} // namespace

std::optional<Model> build(const Document &schema, std::vector<BuildFault> &faults) {
    Builder builder(schema, &faults);
    if (!builder.run()) return {};
    return builder.take();
}

std::optional<Model> build_what_is_known(const Document &schema) {
    Builder builder(schema, nullptr);
    if (!builder.run()) return {};
    Model model = builder.take();
    if (!builder.understood_all()) drop_what_turns_round(model);
    return model;
}

} // namespace roomd::schema
