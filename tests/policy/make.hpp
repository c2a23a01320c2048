#pragma once

#include "policy/rules.hpp"

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Rules in few words, for tests.
namespace roomd::test {

using Kind = policy::Condition::Kind;

inline policy::Condition condition(std::string_view claim, Kind kind,
                                   const std::vector<std::string_view> &wanted) {
    policy::Condition out;
    auto which = policy::parse_claim(claim);
    if (!which) throw std::runtime_error(which.error());
    out.claim = *std::move(which);
    out.kind = kind;
    for (const auto text : wanted) {
        auto one = policy::parse_wanted(text);
        if (!one) throw std::runtime_error(one.error());
        out.wanted.push_back(*std::move(one));
    }
    return out;
}

inline policy::Condition equals(std::string_view claim, std::string_view wanted) {
    return condition(claim, Kind::equals, {wanted});
}
inline policy::Condition in(std::string_view claim, const std::vector<std::string_view> &wanted) {
    return condition(claim, Kind::in, wanted);
}
inline policy::Condition contains(std::string_view claim, std::string_view wanted) {
    return condition(claim, Kind::contains, {wanted});
}
inline policy::Condition is(std::string_view claim, bool value) {
    policy::Condition out = condition(claim, Kind::equals, {});
    out.wanted = {policy::Wanted::boolean(value)};
    return out;
}
inline policy::Condition exists(std::string_view claim, bool there) {
    policy::Condition out = condition(claim, Kind::exists, {});
    out.there = there;
    return out;
}

inline policy::RoomRules rules(std::vector<policy::Rule> list,
                               policy::Join join = policy::Join::automatic) {
    policy::RoomRules out;
    out.join = join;
    out.rules = std::move(list);
    return out;
}

} // namespace roomd::test
