#include "auth/bearer.hpp"

#include <doctest/doctest.h>

using roomd::auth::bearer_credentials;

TEST_CASE("the credentials are what follows Bearer, in any case") {
    CHECK(bearer_credentials("Bearer a.b.c") == "a.b.c");
    CHECK(bearer_credentials("bearer a.b.c") == "a.b.c");
    CHECK(bearer_credentials("BEARER a.b.c") == "a.b.c");
    CHECK(bearer_credentials("Bearer open sesame") == "open sesame");
}

TEST_CASE("several spaces may be in between") {
    CHECK(bearer_credentials("Bearer   a.b.c") == "a.b.c");
    CHECK(bearer_credentials("Bearer  open  sesame") == "open  sesame");
    CHECK(bearer_credentials("Bearer   ").empty());
    CHECK(bearer_credentials("Bearer \ta") == "\ta");
}

TEST_CASE("another scheme, or Bearer alone, has no credentials") {
    for (const char *value : {"", "Bearer", "Bearer ", "Bear", "Basic dTpw", "Bearera.b.c",
                              "Bearer\ta.b.c", " Bearer a.b.c", "X Bearer a.b.c", "Bearer=a.b.c"})
        CHECK_MESSAGE(bearer_credentials(value).empty(), value);
}
