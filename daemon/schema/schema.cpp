#include "schema/schema.hpp"

#include "schema/builder.hpp"
#include "schema/checker.hpp"
#include "schema/document.hpp"
#include "schema/model.hpp"

#include <algorithm>
#include <utility>

namespace roomd::schema {
namespace {

constexpr std::size_t largest_schema = 256 * 1024;
constexpr std::size_t deepest_schema = 64;

LineColumn place_at(std::string_view text, std::size_t offset) {
    const std::string_view before = text.substr(0, offset);
    const std::size_t line_end = before.rfind('\n');
    const std::string_view line =
        before.substr(line_end == std::string_view::npos ? 0 : line_end + 1);
    const auto inner = std::count_if(line.begin(), line.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0) == 0x80; // editors count characters
    });
    return {1 + static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n')),
            1 + line.size() - static_cast<std::size_t>(inner)};
}

} // namespace

Schema::Schema(std::string text, Model &&model) :
    text_(std::move(text)),
    model_(std::make_unique<Model>(std::move(model))) {}

Schema::~Schema() = default;

std::shared_ptr<const Schema> Schema::compile(std::string text, std::vector<SchemaFault> &faults) {
    if (text.size() > largest_schema) {
        faults.push_back({"", 0, 0, "the schema is larger than 256 KiB", ""});
        return nullptr;
    }
    if (const auto kind = json::check(text, deepest_schema); !kind) {
        const LineColumn place = place_at(text, json::find_fault(text, deepest_schema).offset);
        faults.push_back({"", place.line, place.column,
                          std::string("the schema is not JSON: ") + kind.error(), ""});
        return nullptr;
    }
    const Document document(text);
    std::vector<BuildFault> found;
    auto model = build(document, found);
    for (BuildFault &fault : found) {
        const LineColumn place = place_at(text, document.offset(fault.at));
        faults.push_back({document.pointer(fault.at), place.line, place.column,
                          std::move(fault.what), std::move(fault.hint)});
    }
    if (!model) return nullptr;
    return std::shared_ptr<const Schema>(new Schema(std::move(text), *std::move(model)));
}

std::shared_ptr<const Schema> Schema::compile_what_is_known(std::string text) {
    if (text.size() > largest_schema || !json::check(text, deepest_schema)) return nullptr;
    auto model = build_what_is_known(Document(text));
    if (!model) return nullptr;
    return std::shared_ptr<const Schema>(new Schema(std::move(text), *std::move(model)));
}

std::optional<Mismatch> Schema::check(const Document &data) const {
    auto found = schema::check(*model_, data, 1);
    if (found.empty()) return {};
    return std::move(found.front());
}

std::vector<Mismatch> Schema::check_all(const Document &data, std::size_t most) const {
    return schema::check(*model_, data, most);
}

LineColumn Schema::find(std::string_view pointer) const {
    const Document document(text_);
    const Document::Index at = document.find(pointer);
    if (at == Document::none) return {};
    return place_at(text_, document.offset(at));
}

} // namespace roomd::schema
