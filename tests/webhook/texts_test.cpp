#include "webhook/texts.hpp"

#include <doctest/doctest.h>

using namespace roomd::webhook;

TEST_CASE("what a client that polls makes up for each request is not part of its query") {
    CHECK(query_of(R"({"EIO":"4","transport":"polling","t":"pk3x1","team":"red"})") ==
          R"({"EIO":"4","transport":"polling","team":"red"})");
    CHECK(query_of(R"({"\u0074":"pk3x1"})") == "{}");
    CHECK(query_of(R"({"tt":"1"})") == R"({"tt":"1"})");
    CHECK(query_of("") == "");
}
