#include "emits/complaints.hpp"

#include "base/text.hpp"
#include "json/json.hpp"

namespace roomd::emits {
namespace {

constexpr std::size_t longest_shown = 64; // bytes of a name

const char *words(json::Kind kind) noexcept {
    switch (kind) {
    case json::Kind::null: return "null";
    case json::Kind::boolean: return "true or false";
    case json::Kind::number: return "a number";
    case json::Kind::string: return "a string";
    case json::Kind::array: return "an array";
    case json::Kind::object: break;
    }
    return "an object";
}

} // namespace

Problem unknown_member(std::string_view name, const std::vector<std::string_view> &known) {
    const std::string shown = base::printable(name, longest_shown);
    std::string message = "there is no member \"" + shown + '"';
    if (const auto near = base::nearest(name, known); !near.empty())
        message += "; did you mean " + base::in_quotes(near) + '?';
    return {422, "unknown_member", std::move(message), "/" + json::escaped_token(shown)};
}

Problem duplicate_member(std::string_view name) {
    return {422, "member_twice", "duplicate member " + base::in_quotes(name),
            "/" + std::string(name)};
}

Problem wrong_type(std::string_view name, std::string_view wanted, std::string_view value) {
    return {422, "wrong_type",
            base::in_quotes(name) + " must be " + std::string(wanted) + ", not " +
                words(json::kind(value)),
            "/" + std::string(name)};
}

} // namespace roomd::emits
