#include "json/json.hpp"
#include "base/text.hpp"
#include "fuzz/fuzz.hpp"

#include <nlohmann/json.hpp>
#include <vector>

using namespace roomd;

namespace {

// What nlohmann refuses of valid JSON: lone surrogates.
bool may_differ(std::string_view text) {
    return text.find("\\u") != text.npos;
}

void check_string(std::string_view literal, const nlohmann::json *value) {
    const std::string decoded = json::string(literal);
    fuzz::must(base::is_utf8(decoded));
    fuzz::must(json::string(json::quoted(decoded)) == decoded);
    if (value != nullptr) fuzz::must(value->get<std::string>() == decoded);
}

void check_array(std::string_view array, const nlohmann::json *value) {
    std::vector<std::string_view> parts;
    json::split_array(array, parts);
    for (const auto part : parts)
        fuzz::must(json::check(part).ok());
    fuzz::must(json::first_element(array) == (parts.empty() ? "" : parts.front()));
    if (value == nullptr) return;
    fuzz::must(value->size() == parts.size());
    for (std::size_t i = 0; i < parts.size(); ++i)
        fuzz::must(nlohmann::json::parse(parts[i]) == (*value)[i]);
}

void check_object(std::string_view object, const nlohmann::json *value) {
    fuzz::must(json::member(object, "no such key, surely").empty());
    if (value == nullptr) return;
    for (const auto &[key, member] : value->items())
        fuzz::must(nlohmann::json::parse(json::member(object, key)) == member);
}

} // namespace

// Ours against nlohmann's: the same texts are valid, and say the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    const auto text = fuzz::text(data, size);
    const auto kind = json::check(text);
    if (!kind) {
        const bool deep = json::check(text, SIZE_MAX).ok();
        const bool odd = text.find('\0') != text.npos || text.starts_with("\xEF\xBB\xBF");
        fuzz::must(deep || odd || !nlohmann::json::accept(text));
        fuzz::must(!json::check(json::quoted(text) + '"').ok());
        return 0;
    }
    const auto parsed = nlohmann::json::parse(text, nullptr, false);
    fuzz::must(!parsed.is_discarded() || may_differ(text));
    const auto *value = parsed.is_discarded() ? nullptr : &parsed;
    if (value != nullptr) fuzz::must(!json::has_duplicates(value->dump()));
    switch (*kind) {
    case json::Kind::string: check_string(text, value); break;
    case json::Kind::array: check_array(text, value); break;
    case json::Kind::object: check_object(text, value); break;
    default: break;
    }
    return 0;
}
