#include "app/admin_request.hpp"

#include "base/text.hpp"
#include "emits/complaints.hpp"
#include "json/json.hpp"

#include <algorithm>
#include <charconv>

namespace roomd::app {
namespace {

using emits::Problem;

constexpr std::size_t most_shown = 10000; // rooms, clients
constexpr std::size_t shown = 1000;       // by default

std::optional<std::uint64_t> whole(std::string_view digits) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error == std::errc() && end == digits.data() + digits.size()) return value;
    return std::nullopt;
}

} // namespace

std::string_view Query::text(std::string_view name) {
    std::string_view found;
    for (const auto &[key, value] : fields_)
        if (key == name) found = value;
    asked_.push_back(name);
    return found;
}

std::optional<std::uint64_t> Query::number(std::string_view name) {
    const std::string_view digits = text(name);
    if (digits.empty()) return std::nullopt;
    const auto value = whole(digits);
    if (!value)
        problem_ = Problem{422, "parameter_invalid", std::string(name) + " must be a whole number"};
    return value;
}

std::size_t Query::limit() {
    const auto wanted = number("limit").value_or(shown);
    return wanted < most_shown ? static_cast<std::size_t>(wanted) : most_shown;
}

const std::optional<Problem> &Query::problem() {
    const auto is_known = [this](const net::Field &field) {
        return std::find(asked_.begin(), asked_.end(), field.first) != asked_.end();
    };
    const auto unknown = std::find_if_not(fields_.begin(), fields_.end(), is_known);
    if (!problem_ && unknown != fields_.end())
        problem_ = Problem{422, "parameter_unknown",
                           "unknown query parameter " + base::in_quotes(unknown->first, 100)};
    return problem_;
}

Body::Body(const net::Request &request) : problem_(refuse_type(request)) {
    const auto kind = json::check(request.body);
    if (kind && *kind == json::Kind::object && !json::has_duplicates(request.body))
        json_ = request.body;
    else if (!problem_)
        problem_ = Problem{400, "json_malformed", "the body is not a JSON object"};
}

std::string_view Body::value(std::string_view name) {
    asked_.push_back(name);
    const std::string_view found = json::member(json_, name);
    return found == "null" ? std::string_view{} : found;
}

bool Body::has(std::string_view name) {
    return !value(name).empty();
}

std::string Body::text(std::string_view name) {
    const std::string_view found = value(name);
    if (found.empty()) return {};
    if (json::kind(found) == json::Kind::string) return json::string(found);
    if (!problem_) problem_ = emits::wrong_type(name, "a string", found);
    return {};
}

std::optional<std::uint64_t> Body::number(std::string_view name) {
    const std::string_view found = value(name);
    if (found.empty()) return std::nullopt;
    const auto number = whole(found);
    if (!number && !problem_) problem_ = emits::wrong_type(name, "a whole number", found);
    return number;
}

bool Body::flag(std::string_view name) {
    const std::string_view found = value(name);
    if (found.empty()) return false;
    if (json::kind(found) != json::Kind::boolean && !problem_)
        problem_ = emits::wrong_type(name, "true or false", found);
    return found == "true";
}

std::string_view Body::object(std::string_view name) {
    const std::string_view found = value(name);
    if (found.empty() || json::kind(found) == json::Kind::object) return found;
    if (!problem_) problem_ = emits::wrong_type(name, "an object", found);
    return {};
}

const std::optional<Problem> &Body::problem() {
    if (problem_) return problem_;
    for (json::Members members(json_); members.next();) {
        const std::string name = json::string(members.name());
        if (std::find(asked_.begin(), asked_.end(), name) != asked_.end()) continue;
        return problem_ = emits::unknown_member(name, asked_);
    }
    return problem_;
}

// As everywhere, a JSON body must be declared as one.
std::optional<Problem> refuse_type(const net::Request &request) {
    const std::string_view type = request.header("content-type");
    const std::string_view name = json::trim(type.substr(0, type.find(';')));
    if (base::equal_nocase(name, "application/json")) return std::nullopt;
    return Problem{415, "not_json", "send the body as Content-Type: application/json"};
}

} // namespace roomd::app
