#include "auth/claims.hpp"

#include "base/ascii.hpp"
#include "json/json.hpp"

#include <algorithm>

namespace roomd::auth {
namespace {

std::string_view element(std::string_view array, std::string_view index) {
    const bool plain = !index.empty() && index.size() <= 4 &&
                       std::all_of(index.begin(), index.end(), base::is_digit) &&
                       (index == "0" || index[0] != '0');
    if (!plain) return {};
    std::size_t wanted = 0;
    for (const char c : index)
        wanted = wanted * 10 + static_cast<std::size_t>(c - '0');
    std::vector<std::string_view> elements;
    json::split_array(array, elements, wanted + 1);
    return wanted < elements.size() ? elements[wanted] : std::string_view{};
}

} // namespace

const char *claim_reference_fault(std::string_view reference) noexcept {
    if (reference.empty()) return "it is empty";
    if (reference[0] != '/') return nullptr;
    for (std::size_t i = 0; i < reference.size(); ++i) {
        if (reference[i] != '~') continue;
        if (i + 1 == reference.size() || (reference[i + 1] != '0' && reference[i + 1] != '1'))
            return "in a JSON pointer \"~\" is written \"~0\", and \"/\" in a name \"~1\"";
    }
    return nullptr;
}

std::string_view find_claim(std::string_view claims, std::string_view reference) {
    if (!reference.starts_with('/')) return json::member(claims, reference);
    std::string_view at = claims;
    while (!reference.empty() && !at.empty()) {
        reference.remove_prefix(1);
        const auto part = reference.substr(0, reference.find('/'));
        reference.remove_prefix(part.size());
        at = json::kind(at) == json::Kind::array
                 ? element(at, part)
                 : json::member(at, json::unescaped_token(part).value_or(""));
    }
    return at;
}

base::Result<std::string> claim_text(std::string_view json) {
    json = json::trim(json);
    if (json.empty()) return base::Error{"no value"};
    switch (json::kind(json)) {
    case json::Kind::string: return json::string(json);
    case json::Kind::number:
        if (json::is_exact_integer(json)) return std::string(json);
        return base::Error{"a number that is not an exact integer"};
    default: return base::Error{"neither a string nor an integer"};
    }
}

std::vector<Value> claim_values(std::string_view json) {
    json = json::trim(json);
    std::vector<Value> out;
    if (json.empty()) return out;
    const auto add = [&](std::string_view scalar) {
        if (json::kind(scalar) == json::Kind::boolean)
            out.push_back({true, std::string(scalar)});
        else if (auto text = claim_text(scalar))
            out.push_back({false, std::move(*text)});
    };
    if (json::kind(json) != json::Kind::array) {
        add(json);
        return out;
    }
    std::vector<std::string_view> elements;
    json::split_array(json, elements, most_values);
    for (const auto one : elements)
        add(one);
    return out;
}

} // namespace roomd::auth
