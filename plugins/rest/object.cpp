#include "rest/object.hpp"

#include "base/percent.hpp"
#include "base/text.hpp"
#include "emits/complaints.hpp"
#include "emits/reader.hpp"
#include "json/json.hpp"

#include <algorithm>
#include <variant>

namespace roomd::rest {

Object::Object(std::string_view body, const std::vector<std::string_view> &known) {
    auto read = emits::read_object(body);
    if (auto *wrong = std::get_if<Problem>(&read)) {
        refuse(std::move(*wrong));
        return;
    }
    json::Members members(std::get<std::string_view>(read));
    while (!problem_ && members.next()) {
        const std::string name = json::string(members.name());
        const auto found = std::find(known.begin(), known.end(), name);
        if (found == known.end())
            refuse(emits::unknown_member(name, known));
        else if (has(name))
            refuse(emits::duplicate_member(name));
        else
            members_.emplace_back(*found, members.value());
    }
}

std::string_view Object::find(std::string_view name) const noexcept {
    const auto found = std::find_if(members_.begin(), members_.end(),
                                    [&](const auto &member) { return member.first == name; });
    return found == members_.end() ? std::string_view() : found->second;
}

bool Object::has(std::string_view name) const noexcept {
    return !find(name).empty();
}

bool Object::is_text(std::string_view name) const noexcept {
    return has(name) && json::kind(find(name)) == json::Kind::string;
}

bool Object::flag(std::string_view name) {
    const auto value = find(name);
    if (!value.empty() && json::kind(value) != json::Kind::boolean)
        refuse(emits::wrong_type(name, "true or false", value));
    return value == "true";
}

std::string Object::text(std::string_view name) {
    const auto value = find(name);
    if (value.empty()) return {};
    if (is_text(name)) return json::string(value);
    refuse(emits::wrong_type(name, "a string", value));
    return {};
}

std::vector<std::string> Object::texts(std::string_view name, std::size_t most,
                                       const Problem &too_many) {
    std::vector<std::string> out;
    const auto value = find(name);
    if (value.empty()) return out;
    if (json::kind(value) != json::Kind::array) {
        refuse(emits::wrong_type(name, "an array of strings", value));
        return out;
    }
    json::Elements elements(value);
    for (auto one = elements.next(); !one.empty(); one = elements.next()) {
        if (json::kind(one) != json::Kind::string) {
            auto problem = emits::wrong_type(name, "an array of strings", one);
            problem.pointer += "/" + std::to_string(out.size());
            refuse(std::move(problem));
            break;
        }
        if (out.size() == most) {
            refuse(too_many);
            break;
        }
        out.push_back(json::string(one));
    }
    return out;
}

std::optional<std::string> name_below(std::string_view path, std::string_view base) {
    if (!path.starts_with(base)) return std::nullopt;
    const auto segment = path.substr(base.size());
    if (segment.empty() || segment.find('/') != segment.npos) return std::nullopt;
    auto name = base::percent_decoded(segment);
    if (name && (name->find('\0') != name->npos || !base::is_utf8(*name))) return std::nullopt;
    return name;
}

} // namespace roomd::rest
