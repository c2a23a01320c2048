#include "schema/references.hpp"

#include "base/percent.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

namespace roomd::schema {
namespace {

using Index = Document::Index;

Index target_of(Reading &in, Index reference) {
    constexpr const char *how = "write \"#/definitions/<name>\"";
    if (!in.is(reference, json::Kind::string)) {
        in.fault(reference, "\"$ref\" must be a string", how);
        return Document::none;
    }
    const std::string to = in.text(reference);
    if (!to.starts_with('#')) {
        in.fault(reference, "\"$ref\" points outside this schema, and nothing is fetched",
                 std::string("copy what it names to \"definitions\" and ") + how);
        return Document::none;
    }
    const Index target = find_reference(in.doc, reference);
    if (target == Document::none)
        in.fault(reference, "\"$ref\" points to nothing: " + base::in_quotes(to, 80), how);
    return target;
}

} // namespace

Index find_reference(const Document &schema, Index reference) {
    if (schema.kind(reference) != json::Kind::string) return Document::none;
    std::string scratch;
    const std::string_view to = schema.string(reference, scratch);
    if (!to.starts_with('#')) return Document::none;
    const auto pointer = base::percent_decoded(to.substr(1));
    return pointer ? schema.find(*pointer) : Document::none;
}

void check_identity(Reading &in, Index node) {
    const Index draft = in.doc.member(node, "$schema");
    if (draft != Document::none) {
        std::string name = in.is(draft, json::Kind::string) ? in.text(draft) : "";
        if (name.ends_with('#')) name.pop_back();
        if (name != "http://json-schema.org/draft-07/schema")
            in.fault(draft, "only draft 7 is supported",
                     "write \"http://json-schema.org/draft-07/schema#\", and the schema in it");
    }
    const Index id = in.doc.member(node, "$id");
    if (id != Document::none && node != Document::root)
        in.fault(id, "\"$id\" inside a schema would change what \"$ref\" means", "remove it");
}

Index References::resolve(Reading &in, Index node, const std::function<void(Index)> &definitions) {
    std::set<Index> met;
    while (in.is(node, json::Kind::object)) {
        const Index reference = in.doc.member(node, "$ref");
        if (reference == Document::none) break;
        check_beside(in, node, definitions);
        if (!met.insert(node).second) {
            in.fault(reference, "\"$ref\" points back to itself");
            return Document::none;
        }
        node = target_of(in, reference);
        if (node == Document::none) break;
    }
    return node;
}

// In draft 7 `$ref` hides its siblings: only those that check nothing are allowed.
void References::check_beside(Reading &in, Index node,
                              const std::function<void(Index)> &definitions) {
    constexpr std::array<std::string_view, 8> harmless{
        "$ref", "$schema", "$id", "$comment", "title", "description", "default", "examples"};
    if (!checked_.insert(node).second) return;
    check_identity(in, node);
    for (Index name = Document::first(node); name < in.doc.next(node);
         name = in.doc.next(name + 1)) {
        const std::string keyword = in.text(name);
        if (keyword == "definitions")
            definitions(name + 1);
        else if (std::find(harmless.begin(), harmless.end(), keyword) == harmless.end())
            in.fault(name, base::in_quotes(keyword, 60) + " is not checked beside \"$ref\"",
                     "write \"allOf\": [{\"$ref\": ..}, {..}]");
    }
}

} // namespace roomd::schema
