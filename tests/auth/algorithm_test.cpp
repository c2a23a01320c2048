#include "auth/algorithm.hpp"

#include <doctest/doctest.h>

using namespace roomd::auth;

TEST_CASE("an algorithm is named exactly as the standard does") {
    for (const auto known : algorithm_names()) {
        REQUIRE(parse_algorithm(known).has_value());
        CHECK(name(*parse_algorithm(known)) == known);
    }
    CHECK(algorithm_names().size() == 12);
    for (const char *other : {"", "none", "None", "NONE", "hs256", "HS256 ", " HS256", "HS",
                              "HS255", "ES256K", "EdDSA", "RS1", "HS2560"})
        CHECK_MESSAGE(!parse_algorithm(other).has_value(), other);
}

TEST_CASE("an algorithm knows its kind of key and the size of its hash") {
    CHECK(family(Algorithm::HS512) == Family::hmac);
    CHECK(family(Algorithm::RS256) == Family::rsa);
    CHECK(family(Algorithm::PS512) == Family::rsa);
    CHECK(family(Algorithm::ES256) == Family::ec);
    CHECK(hash_size(Algorithm::HS256) == 32);
    CHECK(hash_size(Algorithm::RS384) == 48);
    CHECK(hash_size(Algorithm::PS256) == 32);
    CHECK(hash_size(Algorithm::ES512) == 64);
}
