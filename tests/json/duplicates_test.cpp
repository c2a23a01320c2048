#include "json/json.hpp"

#include <doctest/doctest.h>

#include <string>

using roomd::json::has_duplicates;

TEST_CASE("a duplicate member is found at any depth") {
    CHECK(has_duplicates(R"({"a":1,"a":1})"));
    CHECK(has_duplicates(R"({"a":1,"b":{"c":[{"d":1,"e":2,"d":3}]}})"));
    CHECK(has_duplicates(R"([1,{"a":{}, "a":[]}])"));
    CHECK(has_duplicates(R"({ "a" : "x" , "b":"y", "a" : "z" })"));
    CHECK(has_duplicates(R"({"":1,"":2})"));
}

TEST_CASE("names are compared unescaped") {
    CHECK(has_duplicates(R"({"sub":1,"s\u0075b":2})"));
    CHECK(has_duplicates(R"({"a\/b":1,"a/b":2})"));
    CHECK(has_duplicates(R"({"a\"":1,"a\u0022":2})"));
    CHECK_FALSE(has_duplicates(R"({"sub":1,"SUB":2,"sub ":3,"su":4})"));
    CHECK_FALSE(has_duplicates(R"({"a":1,"a\u0000":2})"));
}

TEST_CASE("the same name in another object, and the same text as a value, are not duplicates") {
    CHECK_FALSE(has_duplicates(R"({"a":{"a":{"a":1}}})"));
    CHECK_FALSE(has_duplicates(R"([{"a":1},{"a":1}])"));
    CHECK_FALSE(has_duplicates(R"({"a":"a","b":"a","c":["a","a","b"]})"));
    CHECK_FALSE(has_duplicates(R"({"a":"{\"a\":1,\"a\":2}"})"));
    CHECK_FALSE(has_duplicates(R"({"a":[["x"],"b"],"b":[]})"));
    CHECK_FALSE(has_duplicates("{}"));
    CHECK_FALSE(has_duplicates("\"a\""));
    CHECK_FALSE(has_duplicates(""));
}

TEST_CASE("many members and deep nesting cost neither stack nor quadratic time") {
    const std::string deep = std::string(100000, '[') + std::string(100000, ']');
    CHECK_FALSE(has_duplicates(deep));
    std::string wide = "{";
    for (int i = 0; i < 100000; ++i)
        wide += "\"" + std::to_string(i) + "\":0,";
    CHECK_FALSE(has_duplicates(wide + "\"x\":0}"));
    CHECK(has_duplicates(wide + "\"7\":0}"));
}
