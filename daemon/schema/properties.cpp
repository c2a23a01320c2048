#include "schema/properties.hpp"

#include "schema/document.hpp"
#include "schema/references.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace roomd::schema {
namespace {

using Index = Document::Index;

std::string text(const Document &schema, Index string) {
    std::string scratch;
    return std::string(schema.string(string, scratch));
}

} // namespace

std::vector<std::string> property_names(const Document &schema) {
    constexpr std::array<std::string_view, 3> in_place{"allOf", "anyOf", "oneOf"};
    std::vector<std::string> out;
    std::vector<Index> met, waiting{Document::root};
    while (!waiting.empty()) {
        const Index node = waiting.back();
        waiting.pop_back();
        if (schema.kind(node) != json::Kind::object ||
            std::find(met.begin(), met.end(), node) != met.end())
            continue;
        met.push_back(node);
        if (const Index to = schema.member(node, "$ref"); to != Document::none) {
            if (const Index target = find_reference(schema, to); target != Document::none)
                waiting.push_back(target);
            continue;
        }
        const Index named = schema.member(node, "properties");
        if (named != Document::none && schema.kind(named) == json::Kind::object)
            for (Index name = Document::first(named); name < schema.next(named);
                 name = schema.next(name + 1)) {
                std::string one = text(schema, name);
                if (std::find(out.begin(), out.end(), one) == out.end())
                    out.push_back(std::move(one));
            }
        for (const std::string_view keyword : in_place) {
            const Index list = schema.member(node, keyword);
            if (list == Document::none || schema.kind(list) != json::Kind::array) continue;
            for (Index i = Document::first(list); i < schema.next(list); i = schema.next(i))
                waiting.push_back(i);
        }
    }
    return out;
}

} // namespace roomd::schema
