#include "base/secret.hpp"

#include <doctest/doctest.h>
#include <sstream>
#include <type_traits>

using roomd::base::equal_in_constant_time;
using roomd::base::Secret;

TEST_CASE("a secret turns into text only when asked to") {
    const Secret secret("hunter2");
    CHECK(secret.reveal() == "hunter2");
    CHECK_FALSE(secret.empty());
    CHECK(Secret().empty());
    CHECK_FALSE(std::is_convertible_v<Secret, std::string>);
    CHECK_FALSE(std::is_convertible_v<Secret, std::string_view>);
}

TEST_CASE("constant time comparison compares every byte and the length") {
    CHECK(equal_in_constant_time("", ""));
    CHECK(equal_in_constant_time("abc", "abc"));
    CHECK_FALSE(equal_in_constant_time("abc", "abd"));
    CHECK_FALSE(equal_in_constant_time("xbc", "abc"));
    CHECK_FALSE(equal_in_constant_time("abc", "abcd"));
    CHECK_FALSE(equal_in_constant_time("", "a"));
    CHECK_FALSE(equal_in_constant_time(std::string_view("a\0b", 3), std::string_view("a\0c", 3)));
}
