#include "codegen/reader.hpp"

#include "codegen/names.hpp"
#include "schema/document.hpp"
#include "schema/references.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace roomd::codegen {
namespace {

using schema::Document;
using Index = Document::Index;
using Kind = Type::Kind;

// `$ref` may have each definition read twice in the one before it.
constexpr std::size_t most_read = 20000;

// Which kinds of values are possible, a bit each.
using Kinds = unsigned;
constexpr Kinds bit(Kind kind) {
    return 1u << unsigned(kind);
}
constexpr Kinds all_kinds = bit(Kind::null) | bit(Kind::boolean) | bit(Kind::integer) |
                            bit(Kind::number) | bit(Kind::string) | bit(Kind::list) |
                            bit(Kind::object);

class Reader {
public:
    Reader(std::string_view schema, std::string name) :
        doc_(schema),
        name_(std::move(name)),
        names_{{Document::root, name_}},
        taken_{name_} {}

    std::vector<Shape> run() {
        open_[Document::root] = false;
        Shape root{name_, about(Document::root), read(Document::root, all_kinds)};
        shapes_.insert(shapes_.begin(), std::move(root));
        return std::move(shapes_);
    }

private:
    std::string text(Index string) const {
        std::string scratch;
        return std::string(doc_.string(string, scratch));
    }

    Index of_kind(Index node, std::string_view keyword, json::Kind kind) const {
        const Index value = doc_.member(node, keyword);
        return value != Document::none && doc_.kind(value) == kind ? value : Document::none;
    }

    std::string about(Index node) const {
        if (doc_.kind(node) != json::Kind::object) return {};
        for (const char *keyword : {"description", "title"})
            if (const Index i = of_kind(node, keyword, json::Kind::string); i != Document::none)
                return text(i);
        return {};
    }

    // `kinds`: what the schemas around it, for the same value, leave possible.
    Type read(Index node, Kinds kinds) {
        if (++read_ > most_read) return {};
        if (doc_.kind(node) != json::Kind::object)
            return doc_.text(node) == "false" ? simple(Kind::either) : Type();
        if (const Index to = doc_.member(node, "$ref"); to != Document::none)
            return refer(to, kinds);
        kinds = kinds & types(node);
        Type out = values(node, kinds);
        each(node, "allOf", [&](Index branch) { out = both(out, read(branch, kinds)); });
        for (const char *keyword : {"anyOf", "oneOf"}) {
            std::vector<Type> branches;
            each(node, keyword, [&](Index branch) { branches.push_back(read(branch, kinds)); });
            if (!branches.empty()) out = both(out, either(std::move(branches)));
        }
        return out;
    }

    Type refer(Index reference, Kinds kinds) {
        const Index target = schema::find_reference(doc_, reference);
        if (target == Document::none) return {};
        if (const auto found = open_.find(target); found != open_.end()) {
            found->second = true;
            return named(target);
        }
        if (names_.count(target) != 0) return named(target);
        open_[target] = false;
        Type out = read(target, kinds);
        const bool inside_itself = open_[target];
        // What has a name is used elsewhere too, without what is around it here.
        if (inside_itself && kinds != all_kinds) out = read(target, all_kinds);
        open_.erase(target);
        if (!inside_itself) return out;
        Type by_name = named(target);
        shapes_.push_back({by_name.text, about(target), std::move(out)});
        return by_name;
    }

    Type named(Index node) {
        Type out = simple(Kind::named);
        out.text = name_of(node);
        return out;
    }

    const std::string &name_of(Index node) {
        std::string &name = names_[node];
        if (!name.empty()) return name;
        const std::string pointer = doc_.pointer(node);
        const std::string own = name_ + pascal(words_of(pointer.substr(pointer.rfind('/') + 1)));
        name = own;
        for (int number = 2; is_reserved_type(name) || !taken_.insert(name).second; ++number)
            name = own + std::to_string(number);
        return name;
    }

    Kinds types(Index node) const {
        const Index type = doc_.member(node, "type");
        if (type == Document::none) return all_kinds;
        Kinds out = 0;
        const auto add = [&](Index one) {
            const std::string name = text(one);
            out |= name == "null"      ? bit(Kind::null)
                   : name == "boolean" ? bit(Kind::boolean)
                   : name == "integer" ? bit(Kind::integer)
                   : name == "number"  ? bit(Kind::number) | bit(Kind::integer)
                   : name == "string"  ? bit(Kind::string)
                   : name == "array"   ? bit(Kind::list)
                                       : bit(Kind::object);
        };
        if (doc_.kind(type) == json::Kind::string) add(type);
        each(node, "type", add);
        return out;
    }

    Type values(Index node, Kinds kinds) {
        if (const Index only = doc_.member(node, "const"); only != Document::none)
            return value(only);
        if (of_kind(node, "enum", json::Kind::array) != Document::none) {
            std::vector<Type> out;
            each(node, "enum", [&](Index one) { out.push_back(value(one)); });
            return either(std::move(out));
        }
        if (kinds == all_kinds) return {};
        std::vector<Type> out;
        for (const Kind kind : {Kind::string, Kind::number, Kind::integer, Kind::boolean})
            if ((kinds & bit(kind)) != 0) out.push_back(simple(kind));
        if ((kinds & bit(Kind::object)) != 0) out.push_back(object(node));
        if ((kinds & bit(Kind::list)) != 0) out.push_back(list(node));
        if ((kinds & bit(Kind::null)) != 0) out.push_back(simple(Kind::null));
        return either(std::move(out));
    }

    Type value(Index one) const {
        switch (doc_.kind(one)) {
        case json::Kind::object: return simple(Kind::object);
        case json::Kind::array: return list_of({});
        case json::Kind::null: return simple(Kind::null);
        default: break;
        }
        Type out = simple(Kind::literal);
        out.text = doc_.canonical(one);
        return out;
    }

    Type object(Index node) {
        Type out = simple(Kind::object);
        each_member(node, "properties", [&](Index name) {
            out.members.push_back({text(name), read(name + 1, all_kinds), false, about(name + 1)});
        });
        const Index others = doc_.member(node, "additionalProperties");
        const bool patterns = doc_.member(node, "patternProperties") != Document::none;
        if (patterns)
            out.inner
                .emplace_back(); // of some names it says something, and of which no type can tell
        else if (others != Document::none && doc_.text(others) != "false")
            out.inner.push_back(read(others, all_kinds));
        each(node, "required", [&](Index one) {
            const std::string name = text(one);
            const auto known = std::find_if(out.members.begin(), out.members.end(),
                                            [&](const Member &m) { return m.name == name; });
            if (known != out.members.end())
                known->required = true;
            else
                out.members.push_back(
                    {name, out.inner.empty() ? Type() : out.inner.front(), true, {}});
        });
        return out;
    }

    Type list(Index node) {
        const Index items = doc_.member(node, "items");
        if (items == Document::none) return list_of({});
        if (doc_.kind(items) != json::Kind::array) return list_of(read(items, all_kinds));
        std::vector<Type> some;
        each(node, "items", [&](Index one) { some.push_back(read(one, all_kinds)); });
        const Index rest = doc_.member(node, "additionalItems");
        some.push_back(rest == Document::none ? Type() : read(rest, all_kinds));
        return list_of(either(std::move(some)));
    }

    template <class Fn> void each(Index node, std::string_view keyword, Fn fn) const {
        const Index list = of_kind(node, keyword, json::Kind::array);
        if (list == Document::none) return;
        for (Index i = Document::first(list); i < doc_.next(list); i = doc_.next(i))
            fn(i);
    }
    template <class Fn> void each_member(Index node, std::string_view keyword, Fn fn) const {
        const Index map = of_kind(node, keyword, json::Kind::object);
        if (map == Document::none) return;
        for (Index name = Document::first(map); name < doc_.next(map); name = doc_.next(name + 1))
            fn(name);
    }

    Document doc_;
    std::string name_;
    std::map<Index, bool> open_; // definitions that are being read: are they inside themselves?
    std::map<Index, std::string> names_; // of those that are
    std::set<std::string> taken_;        // each of these names
    std::vector<Shape> shapes_;
    std::size_t read_ = 0;
};

} // namespace

std::vector<Shape> read_schema(std::string_view schema, const std::string &name) {
    return Reader(schema, name).run();
}

} // namespace roomd::codegen
