#include "policy/verbs.hpp"

#include <doctest/doctest.h>

using roomd::policy::is_own_event;

TEST_CASE("roomd's own events are its verbs, with a kind or without, and its notices") {
    CHECK(is_own_event("join"));
    CHECK(is_own_event("leave:library"));
    CHECK(is_own_event("join:error"));
    CHECK(is_own_event("emit:error"));
    CHECK(is_own_event("room:left"));
    CHECK(is_own_event("room:refused"));
    CHECK_FALSE(is_own_event("joins"));
    CHECK_FALSE(is_own_event("room:entered"));
    CHECK_FALSE(is_own_event("typing"));
}
