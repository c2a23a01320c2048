#include "policy/rules.hpp"

#include <doctest/doctest.h>

using namespace roomd::policy;

TEST_CASE("a kind without a rule that admits denies") {
    CHECK(decide({}) == Decision::deny);
    CHECK(decide({Join::automatic, false}) == Decision::deny);
}

TEST_CASE("a kind that admits everyone allows requests, automatic or not") {
    CHECK(decide({Join::request, true}) == Decision::allow);
    CHECK(decide({Join::automatic, true}) == Decision::allow);
}

TEST_CASE("a kind that is never joined by request denies even where it admits everyone") {
    CHECK(decide({Join::never, true}) == Decision::deny);
    CHECK_FALSE(by_request({Join::never, true}));
    CHECK(by_request({Join::request, false}));
}
