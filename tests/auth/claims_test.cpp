#include "auth/claims.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace roomd::auth;

namespace {

// "a, b, (true)": booleans in brackets.
std::string shown(std::string_view json) {
    std::string out;
    for (const Value &value : claim_values(json))
        out += (out.empty() ? "" : ", ") + (value.is_boolean ? '(' + value.text + ')' : value.text);
    return out;
}

} // namespace

TEST_CASE("a claim has the value of its string, its integer or its elements") {
    CHECK(shown(R"("student")") == "student");
    CHECK(shown(R"( "a\u0062" )") == "ab");
    CHECK(shown("17") == "17");
    CHECK(shown("-17") == "-17");
    CHECK(shown("0") == "0");
    CHECK(shown("true") == "(true)");
    CHECK(shown(R"("true")") == "true");
    CHECK(shown(R"(["a", 7, false, "b"])") == "a, 7, (false), b");
    CHECK(shown(R"("")").empty());
    CHECK(claim_values(R"("")").size() == 1); // an empty text is a text
}

TEST_CASE("numbers that could be written in two ways, and structures, have no value") {
    for (const char *json : {"", "null", "{}", R"({"a":"b"})", "[]", R"([["a"]])", R"([{"a":1}])",
                             "[null]", "1.0", "1e3", "1E3", "-0", "-0.0", "0.5", "9007199254740992",
                             "-9007199254740992", "18446744073709551617", "1e400"})
        CHECK_MESSAGE(claim_values(json).empty(), json);
    CHECK(shown("9007199254740991") == "9007199254740991");
    CHECK(shown("-9007199254740991") == "-9007199254740991");
}

TEST_CASE("the first thousand elements of a list count") {
    std::string list = "[";
    for (int i = 0; i < 1100; ++i)
        list += std::to_string(i) + ',';
    list += "1]";
    const auto values = claim_values(list);
    CHECK(values.size() == most_values);
    CHECK(values.back().text == "999");
}

TEST_CASE("a claim is found by its name, however that looks") {
    const std::string_view claims =
        R"({"sub":"u1","https://x/roles":["a"],"a.b":1,"":2,"s\u0075c":3})";
    CHECK(find_claim(claims, "sub") == "\"u1\"");
    CHECK(find_claim(claims, "https://x/roles") == "[\"a\"]");
    CHECK(find_claim(claims, "a.b") == "1");
    CHECK(find_claim(claims, "suc") == "3");
    CHECK(find_claim(claims, "SUB").empty());
    CHECK(find_claim(claims, "b").empty());
}

TEST_CASE("a nested claim is found by its JSON pointer") {
    const std::string_view claims =
        R"({"realm_access":{"roles":["a","b"],"a/b":{"~":1}},"x":"y","":{"":7}})";
    CHECK(find_claim(claims, "/realm_access/roles") == R"(["a","b"])");
    CHECK(find_claim(claims, "/realm_access/roles/1") == "\"b\"");
    CHECK(find_claim(claims, "/realm_access/a~1b/~0") == "1");
    CHECK(find_claim(claims, "/x") == "\"y\"");
    CHECK(find_claim(claims, "//") == "7");
    for (const char *none :
         {"/realm_access/roles/2", "/realm_access/roles/01", "/realm_access/roles/-",
          "/realm_access/roles/x", "/realm_access/roles/99999", "/x/y", "/X", "/realm_access/",
          "/realm_access/roles/0/a"})
        CHECK_MESSAGE(find_claim(claims, none).empty(), none);
}

TEST_CASE("an invalid reference to a claim is refused") {
    for (const char *good : {"sub", "https://x/roles", "/a/b", "/a~0b/c~1d", "~", "a~b", "/"})
        CHECK_MESSAGE(claim_reference_fault(good) == nullptr, good);
    for (const char *bad : {"", "/a~", "/a~2", "/~x/y"})
        CHECK_MESSAGE(claim_reference_fault(bad) != nullptr, bad);
}
