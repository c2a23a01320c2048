
#include "json/object.hpp"

#include <cstdint>
#include <doctest/doctest.h>

using namespace roomd;

TEST_CASE("an object has its members in the order in which they were written") {
    CHECK(json::Object().done() == "{}");
    CHECK(json::Object()
              .text("a", "\"b\"\n")
              .number("n", UINT64_MAX)
              .number("less", -1)
              .flag("yes", true)
              .raw("list", "[1,2]")
              .done() ==
          R"({"a":"\"b\"\u000a","n":18446744073709551615,"less":-1,"yes":true,"list":[1,2]})");
}

TEST_CASE("a name is escaped as a value is") {
    CHECK(json::Object().flag("a\"b", false).done() == R"({"a\"b":false})");
}

TEST_CASE("a list has its elements in order") {
    CHECK(json::List().done() == "[]");
    CHECK(json::List().raw("1").raw("{}").done() == "[1,{}]");
    CHECK(json::list({}) == "[]");
    CHECK(json::list({"a", "\\"}) == R"(["a","\\"])");
}
