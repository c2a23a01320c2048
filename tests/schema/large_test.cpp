#include "checking.hpp"

#include <doctest/doctest.h>
#include <string>
#include <utility>
#include <vector>

using namespace roomd;
using test::check, test::megabyte;

namespace {

constexpr std::size_t quarter = megabyte / 4;

std::string repeat(const std::string &unit, std::size_t size) {
    std::string out;
    out.reserve(size + unit.size());
    while (out.size() < size)
        out += unit;
    return out;
}

// `size` bytes of members or elements, each of its own.
std::string members(std::size_t size, const char *value) {
    std::string out = "{\"first\":0";
    for (int i = 0; out.size() < size; ++i)
        out += ",\"m" + std::to_string(i) + "\":" + value;
    return out + '}';
}

std::string elements(std::size_t size) {
    std::string out = "[0";
    for (int i = 1; out.size() < size; ++i)
        out += ',' + std::to_string(i);
    return out + ']';
}

std::string nested(const std::string &open, const std::string &inner, const std::string &close,
                   int depth) {
    std::string out;
    for (int i = 0; i < depth; ++i)
        out += open;
    out += inner;
    for (int i = 0; i < depth; ++i)
        out += close;
    return out;
}

} // namespace

TEST_CASE("each keyword takes a megabyte of text, whatever it says, in linear time") {
    const std::vector<std::string> texts{
        '"' + std::string(megabyte, 'a') + '"',
        '"' + repeat("2026-01-05T09:30:00Z", megabyte) + '"',
        '"' + repeat("\\u0041", megabyte) + '"',
        '"' + repeat("\\u0000", megabyte) + '"',
        '"' + repeat("\\ud83d\\udc32", megabyte) + '"',
        '"' + repeat("\xc3\xa4", megabyte) + '"',
        '"' + repeat("\\\\\\\"", megabyte) + '"',
    };
    const std::vector<std::string> schemas{
        R"({"type":"string"})",
        R"({"const":"a"})",
        R"({"enum":["a","b",1]})",
        R"({"minLength":10})",
        R"({"maxLength":10})",
        R"({"format":"date-time"})",
        R"({"format":"date"})",
        R"({"format":"time"})",
        R"({"format":"email"})",
        R"({"format":"hostname"})",
        R"({"format":"ipv4"})",
        R"({"format":"ipv6"})",
        R"({"format":"uri"})",
        R"({"format":"uuid"})",
        R"-({"pattern":"^(a+)+$"})-",
        R"({"pattern":"(x|xx)*y"})",
        R"({"minimum":1})",
        R"({"maximum":1})",
        R"({"exclusiveMinimum":1})",
        R"({"exclusiveMaximum":1})",
        R"({"multipleOf":3})",
        R"({"not":{"pattern":"b$"}})",
        R"({"anyOf":[{"format":"uuid"},{"format":"date"},{"maxLength":2}]})",
        R"({"oneOf":[{"format":"uuid"},{"minLength":1}]})",
        R"({"if":{"format":"email"},"then":{"maxLength":1}})",
        R"({"allOf":[{"minLength":1},{"type":"string"}]})",
    };
    for (const std::string &text : schemas) {
        const auto schema = test::schema(text);
        const test::Stopwatch watch;
        for (const std::string &data : texts)
            CHECK(check(*schema, data).size() < 1000); // an answer does not repeat the data
        CHECK_MESSAGE(watch.seconds() < test::plenty, text);
    }
}

TEST_CASE("each keyword takes lists and objects of a quarter of a megabyte in linear time") {
    const std::vector<std::string> data{
        elements(quarter),
        '[' + repeat("1,", quarter) + "1]",
        '[' + repeat("{\"a\":1},", quarter) + "0]",
        members(megabyte, "1"),
        members(megabyte, "\"x\""),
    };
    const std::vector<std::string> schemas{
        R"({"items":{"type":"integer"}})",
        R"({"items":[{"type":"integer"}],"additionalItems":{"minimum":0}})",
        R"({"uniqueItems":true})",
        R"({"minItems":5})",
        R"({"maxItems":5})",
        R"({"contains":{"const":"x"}})",
        R"({"contains":{"required":["b"]}})",
        R"({"const":[1,2]})",
        R"({"enum":[{"a":1},[1]]})",
        R"({"required":["first","m100","gone"]})",
        R"({"properties":{"first":{"type":"integer"},"m7":{"type":"string"}}})",
        R"({"properties":{"first":true},"additionalProperties":false})",
        R"({"additionalProperties":{"type":"integer"}})",
        R"({"patternProperties":{"^m[0-9]+$":{"type":"integer"},"^f":true},"additionalProperties":false})",
        R"({"propertyNames":{"maxLength":20,"pattern":"^[a-z0-9]+$"}})",
        R"({"minProperties":3})",
        R"({"maxProperties":3})",
        R"({"dependencies":{"first":["m1"],"m1":{"maxProperties":9}}})",
        R"({"anyOf":[{"uniqueItems":true,"type":"array"},{"minProperties":1,"type":"object"}]})",
        R"({"not":{"items":{"type":"integer"}}})",
    };
    for (const std::string &text : schemas) {
        const auto schema = test::schema(text);
        const test::Stopwatch watch;
        for (const std::string &one : data)
            CHECK(check(*schema, one).size() < 1000);
        CHECK_MESSAGE(watch.seconds() < test::plenty, text);
    }
    CHECK(check(R"({"uniqueItems":true})", elements(quarter)) == "fits");
}

TEST_CASE("a number of a megabyte is read as JavaScript reads it") {
    const std::string zero = "0." + std::string(megabyte, '0'), one = zero + "1";
    CHECK(check(R"({"type":"integer","maximum":0})", zero) == "fits");
    CHECK(check(R"({"const":0})", zero) == "fits");
    CHECK(check(R"({"minimum":0,"multipleOf":0.5})", one) == "fits"); // too small to be told from 0
}

TEST_CASE("128 levels are followed by a schema that follows itself, one more is refused") {
    const auto tree = test::schema(R"({"properties":{"a":{"$ref":"#"}},"items":{"$ref":"#"},)"
                                   R"("type":["object","array","integer"]})");
    CHECK(check(*tree, nested("{\"a\":", "1", "}", 128)) == "fits");
    CHECK(check(*tree, nested("[", "1", "]", 128)) == "fits");
    std::string expected;
    for (int i = 0; i < 64; ++i)
        expected += "/0/a";
    CHECK(check(*tree, nested("[{\"a\":", "true", "}]", 64)) ==
          expected + ": must be object or array or integer (/type)");
    const std::string deeper = nested("[", "1", "]", 129);
    const schema::Document index(deeper);
    REQUIRE(tree->check(index));
    CHECK(tree->check(index)->text == "must not nest deeper than 128 levels");
}

TEST_CASE("the deepest schema over the deepest data leaves room on the stack") {
    std::string schema = R"({"properties":{"a":{"$ref":"#"}},"additionalProperties":{"$ref":"#"}})";
    for (int i = 1; i < 16; ++i)
        schema = R"({"allOf":[)" + schema + "]}";
    CHECK(check(schema, nested("{\"a\":", "1", "}", 128)) == "fits");
    CHECK(check(schema, nested("{\"b\":", "1", "}", 128)) == "fits");
}

TEST_CASE("a schema that asks about the same value over and over comes to an end, and it is no") {
    const std::string twice = R"("type":"object","anyOf":[{"properties":{"a":{"$ref":"REF"}}},)"
                              R"({"properties":{"a":{"$ref":"REF"}}}])";
    const auto leading_to = [&](const std::string &where) {
        std::string out = twice;
        for (std::size_t at = out.find("REF"); at != std::string::npos; at = out.find("REF"))
            out.replace(at, 3, where);
        return out;
    };
    const std::string data = nested("{\"a\":", "1", "}", 100); // 2^100 ways to find that 1 is wrong
    CHECK(check('{' + leading_to("#") + '}', data) ==
          ": must be smaller: checking it takes too many steps ()");
    CHECK(check(R"({"not":{"$ref":"#/definitions/t"},"definitions":{"t":{)" +
                    leading_to("#/definitions/t") + "}}}",
                data) == ": must be smaller: checking it takes too many steps ()");
}

TEST_CASE("a text too long for its pattern is refused, under not as well") {
    const std::string large = R"({"pattern":"a[ab]{900}c"})";
    const std::string data = '"' + std::string(megabyte, 'a') + '"';
    const std::string why = ": must be shorter: the schema's patterns would take too long for a "
                            "text of this size ()";
    CHECK(check(large, data) == why);
    CHECK(check(R"({"not":)" + large + "}", data) == why);
    CHECK(check(R"({"properties":{"a":{"items":{"not":)" + large + "}}}}",
                R"({"a":["x",)" + data + "]}") == "/a/1" + why);
    CHECK(
        check(R"({"patternProperties":{"a[ab]{900}c":true}})", '{' + data + ":1}").ends_with(why));
}
