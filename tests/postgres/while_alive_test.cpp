#include "postgres/while_alive.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <optional>
#include <string>

using roomd::postgres::WhileAlive;

TEST_CASE("what the host tells a part that a reload has removed reaches nobody") {
    std::string told;
    std::optional<WhileAlive> part{std::in_place};
    std::function<void(int, const std::string &)> fn = (*part)(
        [&](int status, const std::string &what) { told += what + std::to_string(status); });
    fn(1, "a");
    CHECK(told == "a1");
    part.reset();
    fn(2, "b");
    CHECK(told == "a1");
}
