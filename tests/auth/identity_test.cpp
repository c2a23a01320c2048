#include "auth/identity.hpp"
#include "json/json.hpp"

#include <doctest/doctest.h>

using namespace roomd;
using auth::identity_json;

TEST_CASE("an identity is user, roles, tenant and the claims as they were signed") {
    const std::string claims = R"({ "sub":"u1","role":"student","tenant":"t1" })";
    CHECK(identity_json(claims, {}) ==
          R"({"user":"u1","roles":["student"],"tenant":"t1","claims":)" + claims + '}');
}

TEST_CASE("integers are their decimal text; roles may be a list, each once") {
    CHECK(
        identity_json(R"({"sub":42,"role":["a","b","a",7,true,"",null,{}]})", {}) ==
        R"({"user":"42","roles":["a","b","7"],"claims":{"sub":42,"role":["a","b","a",7,true,"",null,{}]}})");
}

TEST_CASE("a value that is not a string is left out, never converted") {
    for (const char *claims :
         {"{}", R"({"sub":["u1"],"role":{},"tenant":["a","b"]})",
          R"({"sub":1.5,"role":true,"tenant":null})", R"({"sub":"","role":[],"tenant":{"a":1}})",
          R"({"Sub":"u1","roles":["a"],"TENANT":"t"})"})
        CHECK(identity_json(claims, {}) == R"({"claims":)" + std::string(claims) + '}');
}

TEST_CASE("claims of other names and in other places are found where the configuration says") {
    const std::string claims =
        R"({"uid":"u1","realm_access":{"roles":["a"]},"https://x/tenant":"t"})";
    CHECK(identity_json(claims, {"uid", "/realm_access/roles", "https://x/tenant"}) ==
          R"({"user":"u1","roles":["a"],"tenant":"t","claims":)" + claims + '}');
}

TEST_CASE("claims cannot break out of the identity") {
    const std::string claims = R"({"sub":"a\",\"roles\":[\"staff","role":"\u0000\ud800"})";
    const std::string identity = identity_json(claims, {});
    REQUIRE(json::check(identity).ok());
    CHECK_FALSE(json::has_duplicates(identity));
    CHECK(json::string(json::member(identity, "user")) == R"(a","roles":["staff)");
    CHECK(json::member(identity, "claims") == claims);
}
