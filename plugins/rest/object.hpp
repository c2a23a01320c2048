#pragma once

#include "rest/problem.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace roomd::rest {

// A body that is a JSON object, read member by member.  The first fault stays, and what is asked
// for after it may be empty.  Views into the body.
class Object {
public:
    // `known`: the members that it may have.
    Object(std::string_view body, const std::vector<std::string_view> &known);

    bool has(std::string_view name) const noexcept;
    bool flag(std::string_view name);
    std::string text(std::string_view name);
    // An array of strings, at most `most` of them: `too_many` says what more of them are.
    std::vector<std::string> texts(std::string_view name, std::size_t most,
                                   const Problem &too_many);
    bool is_text(std::string_view name) const noexcept; // and no array of them

    void refuse(Problem why) {
        if (!problem_) problem_ = std::move(why);
    }
    const std::optional<Problem> &problem() const noexcept { return problem_; }

private:
    std::string_view find(std::string_view name) const noexcept; // its JSON, or empty

    std::vector<std::pair<std::string_view, std::string_view>> members_; // by their known names
    std::optional<Problem> problem_;
};

// What the one segment below `base` stands for, percent-decoded.  Nothing when there is none, or
// more than one, or it is not UTF-8 text without NUL.
std::optional<std::string> name_below(std::string_view path, std::string_view base);

} // namespace roomd::rest
