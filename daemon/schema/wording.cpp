#include "schema/wording.hpp"

#include "base/text.hpp"
#include "json/json.hpp"

#include <array>
#include <charconv>

namespace roomd::schema {

std::string shown(double number) {
    std::array<char, 32> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    return {digits.data(), end};
}

std::string quoted_name(std::string_view name) {
    return json::quoted(base::printable(name, 80));
}

const char *name_of(Type type) noexcept {
    switch (type) {
    case Type::array: return "array";
    case Type::boolean: return "boolean";
    case Type::integer: return "integer";
    case Type::null: return "null";
    case Type::number: return "number";
    case Type::object: return "object";
    case Type::string: return "string";
    }
    return "";
}

std::string must_be_among(const std::vector<std::string> &values) {
    constexpr std::size_t plenty = 300; // bytes: printable() shows less
    std::string out = values.size() == 1 ? "must be " : "must be one of ";
    for (std::size_t i = 0; i < values.size() && out.size() < plenty; ++i)
        (out += i == 0 ? "" : ", ") += values[i];
    return base::printable(out);
}

std::string must_have(const char *at, std::uint64_t count, const char *one, const char *many) {
    return "must have at " + std::string(at) + ' ' + std::to_string(count) + ' ' +
           (count == 1 ? one : many);
}

} // namespace roomd::schema
