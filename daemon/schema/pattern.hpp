#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace re2 {
class RE2;
}

namespace roomd::schema {

// A regular expression of JSON Schema: ECMA-262 in its Unicode mode, found anywhere in a text.  RE2
// runs it in time linear in the length of the text.
class Pattern {
public:
    // Nothing, and `why`, for what cannot run in linear time (look-around, back references), and
    // for what ECMA-262 and RE2 read differently.
    static std::optional<Pattern> compile(std::string_view expression, std::string &why);

    bool found_in(std::string_view text) const;
    // The worst case of a search: instructions of the program times bytes of the text.  PatternWork
    // bounds it.
    std::size_t work_on(std::string_view text) const noexcept;

    const std::string &expression() const noexcept { return expression_; } // as written

private:
    Pattern(std::string expression, std::shared_ptr<const re2::RE2>);

    std::string expression_;
    std::shared_ptr<const re2::RE2> re_;
};

} // namespace roomd::schema
