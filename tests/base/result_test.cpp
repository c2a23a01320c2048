#include "base/result.hpp"

#include <doctest/doctest.h>
#include <memory>
#include <string>

using roomd::base::Error;
using roomd::base::Result;

TEST_CASE("a result is a value, or the reason why there is none") {
    const Result<int> seven = 7;
    CHECK(seven.ok());
    CHECK(*seven == 7);
    CHECK(std::string(seven.error()) == "");

    const Result<int> none = Error{"no number"};
    CHECK_FALSE(none);
    CHECK(std::string(none.error()) == "no number");
}

TEST_CASE("a value can be moved out of a result") {
    Result<std::unique_ptr<int>> result = std::make_unique<int>(3);
    const std::unique_ptr<int> value = *std::move(result);
    CHECK(*value == 3);
}
