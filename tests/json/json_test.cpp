#include "base/text.hpp"
#include "vectors/vectors.hpp"
#include "json/json.hpp"

#include <doctest/doctest.h>
#include <string>

using namespace roomd;
using namespace std::string_view_literals;
using Parts = std::vector<std::string_view>;

namespace {

Parts split(std::string_view array, std::size_t most = SIZE_MAX) {
    Parts out = {"left over"};
    json::split_array(array, out, most);
    return out;
}

} // namespace

TEST_CASE("an array is split into the texts of its elements") {
    CHECK(split("[]").empty());
    CHECK(split(" [ ] ").empty());
    CHECK(split("[1]") == Parts{"1"});
    CHECK(split(R"( [ "a,]" , [1,[2]] ,{"b":[3,"}"]} ,null ] )") ==
          Parts{R"("a,]")", "[1,[2]]", R"({"b":[3,"}"]})", "null"});
    CHECK(split(R"(["\"","\\",""])") == Parts{R"("\"")", R"("\\")", R"("")"});
}

TEST_CASE("a split stops after as many elements as asked for") {
    CHECK(split("[1,2,3]", 2) == Parts{"1", "2"});
    CHECK(split("[1,2,3]", 0).empty());
}

TEST_CASE("a value that is not an array has no elements") {
    CHECK(split("{\"a\":1}").empty());
    CHECK(split("\"[1]\"").empty());
    CHECK(split("").empty());
    CHECK(json::first_element("{}") == "");
}

TEST_CASE("the first element is found without looking at the others") {
    CHECK(json::first_element(R"(["a",1])") == R"("a")");
    CHECK(json::first_element(" [ {\"a\":[1]} ]") == "{\"a\":[1]}");
    CHECK(json::first_element("[]") == "");
}

TEST_CASE("a member is found by its name") {
    constexpr auto object = R"( { "a" : 1 , "b":{"a":2},"":[3] , "c\"d":"x}" } )"sv;
    CHECK(json::member(object, "a") == "1");
    CHECK(json::member(object, "b") == R"({"a":2})");
    CHECK(json::member(object, "") == "[3]");
    CHECK(json::member(object, "c\"d") == "\"x}\"");
    CHECK(json::member(object, "d") == "");
    CHECK(json::member("{}", "a") == "");
    CHECK(json::member("[\"a\"]", "a") == "");
}

TEST_CASE("an object is split into its members, duplicates too") {
    std::vector<json::Member> members;
    json::split_object(R"( { "a" : 1 , "\u0061":{"a":[2]},"":"}" } )", members);
    REQUIRE(members.size() == 3);
    CHECK(members[0] == json::Member{"\"a\"", "1"});
    CHECK(members[1] == json::Member{R"("\u0061")", R"({"a":[2]})"});
    CHECK(members[2] == json::Member{"\"\"", "\"}\""});
    json::split_object("{}", members);
    CHECK(members.empty());
    json::split_object("[\"a\",1]", members);
    CHECK(members.empty());
}

TEST_CASE("the last of duplicate members wins, however its key is written") {
    CHECK(json::member(R"({"a":1,"a":2})", "a") == "2");
    CHECK(json::member(R"({"a":1,"\u0061":2})", "a") == "2");
    CHECK(json::member(R"({"__proto__":7})", "__proto__") == "7");
}

TEST_CASE("members are walked in their order, duplicates and all") {
    json::Members members(R"( { "a" : 1 , "\u0061":[2,{"x":3}],"b":{} } )");
    REQUIRE(members.next());
    CHECK(members.name() == "\"a\"");
    CHECK(members.value() == "1");
    REQUIRE(members.next());
    CHECK(members.is("a"));
    CHECK_FALSE(members.is("\\u0061"));
    CHECK(members.value() == R"([2,{"x":3}])");
    REQUIRE(members.next());
    CHECK(members.is("b"));
    CHECK_FALSE(members.next());
    CHECK_FALSE(members.next());
    for (const auto none : {"", "{}", "[\"a\"]", "\"a\"", "1"})
        CHECK_FALSE(json::Members(none).next());
}

TEST_CASE("elements are walked until there is none") {
    json::Elements elements(" [ 1 , [2,3] ] ");
    CHECK(elements.next() == "1");
    CHECK(elements.next() == "[2,3]");
    CHECK(elements.next() == "");
    CHECK(elements.next() == "");
    for (const auto none : {"", "[]", "{\"a\":1}", "\"[1]\"", "1"})
        CHECK(json::Elements(none).next() == "");
}

TEST_CASE("an exact integer is one that JavaScript writes the same way") {
    for (const auto number : {"0", "7", "-7", "9007199254740991", "-9007199254740991"})
        CHECK_MESSAGE(json::is_exact_integer(number), number);
    for (const auto number : {"-0", "1.0", "1e0", "1E2", "9007199254740992", "10000000000000000",
                              "-9007199254740992", "", "-", "+1", " 1", "true", "\"1\""})
        CHECK_FALSE_MESSAGE(json::is_exact_integer(number), number);
}

TEST_CASE("a string literal is decoded") {
    CHECK(json::string(R"("plain")") == "plain");
    CHECK(json::string(R"("\"\\\/\b\f\n\r\t")") == "\"\\/\b\f\n\r\t");
    CHECK(json::string(R"("\u0041\u00e9\u20AC\ud83d\ude00")") ==
          "A\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80");
    CHECK(json::string(R"("a\u0000b")") == "a\0b"sv);
    CHECK(json::string("7") == "");
    CHECK(json::string("") == "");
}

TEST_CASE("a lone surrogate becomes the replacement character, and what follows stays") {
    const std::string replaced = "\xEF\xBF\xBD";
    CHECK(json::string(R"("\ud83d")") == replaced);
    CHECK(json::string(R"("\ude00x")") == replaced + "x");
    CHECK(json::string(R"("\ud83dx")") == replaced + "x");
    CHECK(json::string(R"("\ud83d\n")") == replaced + "\n");
    CHECK(json::string(R"("\ud83d\u0041")") == replaced + "A");
    CHECK(json::string(R"("\ud83d\ud83d\ude00")") == replaced + "\xF0\x9F\x98\x80");
}

TEST_CASE("quoting makes a valid literal of any bytes") {
    CHECK(json::quoted("a\"b\\c") == R"("a\"b\\c")");
    CHECK(json::quoted("\n\x1F\0"sv) == R"("\u000a\u001f\u0000")");
    CHECK(json::quoted("\xC3\xA9") == "\"\xC3\xA9\"");
    CHECK(json::quoted("a\xFF\xE2\x82") == "\"a\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"");
    for (const auto &example : test::vectors("text")) {
        const std::string &name = example.name, &bytes = example.bytes;
        INFO(name);
        CHECK(json::check(json::quoted(bytes)).ok());
        if (base::is_utf8(bytes)) CHECK(json::string(json::quoted(bytes)) == bytes);
    }
}

TEST_CASE("trimming removes only JSON's white space") {
    CHECK(json::trim(" \t\r\n1 \n") == "1");
    CHECK(json::trim("\xC2\xA0") == "\xC2\xA0");
    CHECK(json::trim(" ") == "");
}

TEST_CASE("a name is escaped in a pointer and comes back") {
    for (const auto &[name, token] :
         {std::pair("a", "a"), std::pair("", ""), std::pair("a/b", "a~1b"), std::pair("~1", "~01"),
          std::pair("/~", "~1~0")}) {
        CHECK(json::escaped_token(name) == token);
        CHECK(json::unescaped_token(token) == name);
    }
    for (const char *bad : {"~", "a~", "~2", "~~1"})
        CHECK_FALSE(json::unescaped_token(bad));
}
