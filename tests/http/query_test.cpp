#include "http/query.hpp"

#include <doctest/doctest.h>
#include <string>

using namespace roomd;
using http::parse_query;
using http::Query;

TEST_CASE("a query is what Node's querystring.parse makes of it") {
    // Answers of Node 20.
    const std::pair<const char *, Query> cases[] = {
        {"", {}},
        {"&", {}},
        {"a", {{"a", ""}}},
        {"a=", {{"a", ""}}},
        {"=a", {{"", "a"}}},
        {"=", {{"", ""}}},
        {"a&b", {{"a", ""}, {"b", ""}}},
        {"a=b&a=c", {{"a", "b"}, {"a", "c"}}},
        {"&&a=1&&", {{"a", "1"}}},
        {"a=1&=", {{"a", "1"}, {"", ""}}},
        {"a=b=c", {{"a", "b=c"}}},
        {"a;b=1", {{"a;b", "1"}}},
        {"a+b=c+d", {{"a b", "c d"}}},
        {"%41=%42", {{"A", "B"}}},
        {"%2B+%2b", {{"+ +", ""}}},
        {"a=%26%3D", {{"a", "&="}}},
        {"note=a%0Ab", {{"note", "a\nb"}}},
        {"%", {{"%", ""}}},
        {"%4", {{"%4", ""}}},
        {"%%41", {{"%A", ""}}},
        {"%zz=%4z", {{"%zz", "%4z"}}},
        {"a%=b%&c", {{"a%", "b%"}, {"c", ""}}},
        {"a=%25%34%31", {{"a", "%41"}}},
        {"a=%u0041", {{"a", "%u0041"}}},
        {"a={[|]}`^\\", {{"a", "{[|]}`^\\"}}},
        {"%C3%A4=%F0%9F%98%80", {{"\u00e4", "\U0001F600"}}},
    };
    for (const auto &one : cases) {
        INFO(one.first);
        CHECK(parse_query(one.first) == one.second);
    }
    CHECK(parse_query("%00=a%00b") == Query{{std::string(1, '\0'), std::string("a\0b", 3)}});
}

TEST_CASE("what is behind a query is not read") {
    CHECK(parse_query(std::string_view("%41", 2)) == Query{{"%4", ""}});
    CHECK(parse_query(std::string_view("a=%41", 3)) == Query{{"a", "%"}});
}

TEST_CASE("what is not UTF-8 is replaced as Node replaces it") {
    const std::string one = "\uFFFD";
    const std::pair<const char *, std::string> cases[] = {
        {"%E4%F6", one + one},
        {"%C3x", one + "x"},
        {"%80%80", one + one},
        {"%C0%80", one + one},
        {"%E2%82", one},
        {"%E2%82%E2%82%AC", one + "\u20ac"},
        {"%E0%9F%BF", one + one + one},
        {"%ED%A0%80", one + one + one},
        {"%F0%9F%98", one},
        {"%F0%9F%98x", one + "x"},
        {"%F0%8F%BF%BF", one + one + one + one},
        {"%F4%90%80%80", one + one + one + one},
        {"%F5%80", one + one},
        {"%C3%A4%E4", "\u00e4" + one},
    };
    for (const auto &[text, value] : cases)
        CHECK(parse_query(std::string("a=") + text) == Query{{"a", value}});
}

TEST_CASE("members beyond the bound are dropped, and empty ones count") {
    CHECK(parse_query("a&b&c", 2) == Query{{"a", ""}, {"b", ""}});
    CHECK(parse_query("&a&b", 2) == Query{{"a", ""}});
    CHECK(parse_query("a", 0).empty());
    std::string many;
    for (int i = 0; i < 1000; ++i)
        many += "a=b&";
    CHECK(parse_query(many).size() == http::most_members);
}
