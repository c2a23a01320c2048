#pragma once

#include "base/result.hpp"
#include "json/json.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace roomd::policy {

// Which claim a rule looks at: a member of the claims by its name, or, when it begins with "/", a
// JSON pointer through objects (RFC 6901).
class Claim {
public:
    const std::string &text() const noexcept { return text_; } // as written
    const std::vector<std::string> &path() const noexcept { return path_; }
    friend bool operator==(const Claim &, const Claim &) = default;

private:
    friend base::Result<Claim> parse_claim(std::string_view);
    std::string text_;
    std::vector<std::string> path_;
};

base::Result<Claim> parse_claim(std::string_view text);

// The values of a claim, one after the other.  A string is itself, an exact integer its decimal
// text, true and false are booleans, a list has the values of its scalars (of its first 1,000
// elements).  Anything else has no value: objects, lists in lists, null, other numbers, lone
// surrogates, and a duplicate member, which two readers could read differently.
class Values {
public:
    static constexpr std::size_t most = 1000;

    // `claims`: an object that json::check() passed; it must outlive this.
    Values(std::string_view claims, const Claim &);
    Values(const Values &) = delete;
    Values &operator=(const Values &) = delete;

    bool next();
    bool is_boolean() const noexcept { return boolean_; }
    std::string_view text() const noexcept { return text_; } // until the next next()
    // Absent or null; an unusable value is not absent.
    bool absent() const noexcept { return absent_; }
    // Whether next() has passed over something other than null that has no value.
    bool passed_unusable() const noexcept { return unusable_; }

private:
    bool take(std::string_view scalar);
    bool read(std::string_view scalar);

    bool absent_ = false, list_ = false, boolean_ = false, unusable_ = false;
    std::string_view single_; // of a claim that is not a list
    json::Elements elements_{std::string_view{}};
    std::size_t looked_at_ = 0;
    std::string_view text_;
    std::string unescaped_;
};

} // namespace roomd::policy
