#include "host/section_schema.hpp"

#include "json/json.hpp"

#include <string>

#include <doctest/doctest.h>

using namespace roomd;

namespace {

// "pointer: text [hint]" of each fault, one a line.
std::string found(std::string_view schema, std::string_view section) {
    REQUIRE(json::check(schema).ok());
    REQUIRE(json::check(section).ok());
    std::string out;
    for (const auto &fault : host::check_section(schema, section)) {
        out += (out.empty() ? "" : "\n") + fault.pointer + ": " + fault.text;
        if (!fault.hint.empty()) out += " [" + fault.hint + ']';
    }
    return out;
}

std::string of_property(const std::string &schema, const std::string &value) {
    return found(R"({"properties":{"a":)" + schema + "}}", R"({"a":)" + value + '}');
}

} // namespace

TEST_CASE("a value of another type is a fault in the words of YAML") {
    CHECK(of_property(R"({"type":"string"})", "5") ==
          "/a: \"a\" must be text, not a whole number [quote it]");
    CHECK(of_property(R"({"type":"string"})", "true") ==
          "/a: \"a\" must be text, not true or false [quote it]");
    CHECK(of_property(R"({"type":"string"})", "[]") == "/a: \"a\" must be text, not a list");
    CHECK(of_property(R"({"type":"boolean"})", R"("yes")") ==
          "/a: \"a\" must be true or false, not text [write true or false]");
    CHECK(of_property(R"({"type":"integer"})", R"("5")") ==
          "/a: \"a\" must be a whole number, not text "
          "[write it without quotes; what a ${..} stands for is text]");
    CHECK(of_property(R"({"type":"integer"})", "1.5") ==
          "/a: \"a\" must be a whole number, not a number");
    CHECK(of_property(R"({"type":"object"})", "null") == "/a: \"a\" must be a map, not nothing");
    CHECK(of_property(R"({"type":["string","array"]})", "{}") ==
          "/a: \"a\" must be text or a list, not a map");
}

TEST_CASE("a value of its type is taken") {
    for (const auto &pair : {std::pair("\"string\"", R"("x")"), std::pair("\"integer\"", "5"),
                             std::pair("\"integer\"", "1e3"), std::pair("\"integer\"", "-2.0"),
                             std::pair("\"number\"", "5"), std::pair("\"number\"", "0.5"),
                             std::pair("\"boolean\"", "false"), std::pair("\"array\"", "[1]"),
                             std::pair("\"object\"", R"({"x":1})"), std::pair("\"null\"", "null"),
                             std::pair(R"(["string","null"])", "null")})
        CHECK_MESSAGE(of_property(std::string(R"({"type":)") + pair.first + '}', pair.second) == "",
                      pair.second);
    CHECK(of_property("{}", "5") == "");
    CHECK(of_property("true", "5") == "");
}

TEST_CASE("a value must be among the words and in the range") {
    CHECK(of_property(R"({"enum":["a","b",1]})", R"("c")") ==
          "/a: \"a\" is not one of its values [write a, b, 1]");
    CHECK(of_property(R"({"enum":["a","b",1]})", R"("\u0062")") == "");
    CHECK(of_property(R"({"enum":["a","b",1]})", "1.0") == "");
    CHECK(of_property(R"({"enum":["1"]})", "1") != "");
    CHECK(of_property(R"({"minimum":1,"maximum":10})", "0") ==
          "/a: \"a\" is out of range [from 1 to 10]");
    CHECK(of_property(R"({"minimum":1,"maximum":10})", "10") == "");
    CHECK(of_property(R"({"minimum":1})", "0.99") == "/a: \"a\" is out of range [at least 1]");
    CHECK(of_property(R"({"maximum":10})", "11") == "/a: \"a\" is out of range [at most 10]");
}

TEST_CASE("maps are checked at any depth, with required keys") {
    const char *schema = R"({"properties":{"a":{"type":"object","required":["b","c/d"],
        "properties":{"b":{"type":"integer"},"c/d":{"properties":{"e":{"type":"string"}}}}}}})";
    CHECK(found(schema, R"({"a":{"b":"x","c/d":{"e":1}}})") ==
          "/a/b: \"a.b\" must be a whole number, not text "
          "[write it without quotes; what a ${..} stands for is text]\n"
          "/a/c~1d/e: \"a.c/d.e\" must be text, not a whole number [quote it]");
    CHECK(found(schema, R"({"a":{}})") ==
          "/a/b: \"a.b\" is missing\n/a/c~1d: \"a.c/d\" is missing");
    CHECK(found(R"({"required":["dsn"]})", "{}") == "/dsn: \"dsn\" is missing");
}

TEST_CASE("unknown keys are refused at the top, and below where the schema says so") {
    CHECK(found(R"({"properties":{"path":{}}})", R"({"pahts":1})") ==
          "/pahts: unknown key \"pahts\" [did you mean \"path\"?]");
    CHECK(found(R"({"properties":{}})", R"({"zzzzzz":1})") == "/zzzzzz: unknown key \"zzzzzz\"");
    CHECK(found("{}", R"({"x":1})") == "");
    CHECK(of_property(R"({"properties":{"b":{}}})", R"({"c":1})") == "");
    CHECK(of_property(R"({"properties":{"b":{}},"additionalProperties":false})", R"({"c":1})") ==
          "/a/c: unknown key \"c\" [did you mean \"b\"?]");
}

TEST_CASE("elements of lists are told by their number") {
    const std::string schema =
        R"({"items":{"properties":{"n":{"type":"integer"}},"required":["n"]}})";
    CHECK(of_property(schema, R"([{"n":1},{"n":true},{}])") ==
          "/a/1/n: \"a[1].n\" must be a whole number, not true or false\n"
          "/a/2/n: \"a[2].n\" is missing");
    CHECK(of_property(R"({"items":[{"type":"string"}]})", "[1]") ==
          "/a/0: \"a[0]\" must be text, not a whole number [quote it]");
}

TEST_CASE("text of the section is never repeated: it may be a secret") {
    for (const char *schema :
         {R"({"type":"integer"})", R"({"enum":["a"]})", R"({"type":"object"})"})
        CHECK(of_property(schema, R"("hunter2")").find("hunter2") == std::string::npos);
}

TEST_CASE("a keyword that only the engine of events knew holds for sections too") {
    CHECK(of_property(R"({"pattern":"^[a-z]+$"})", R"("A1")") == "/a: \"a\" must match ^[a-z]+$");
    CHECK(of_property(R"({"minItems":1})", "[]") == "/a: \"a\" must have at least 1 element");
    CHECK(of_property(R"({"exclusiveMinimum":0})", "0") == "/a: \"a\" must be more than 0");
    CHECK(of_property(R"({"anyOf":[{"type":"string"},{"type":"null"}]})", "1") ==
          "/a: \"a\" must fit one of several schemas, but fits none");
    CHECK(of_property("false", "1") == "/a: \"a\" is not allowed");
    CHECK(found(R"({"properties":{"type":false}})", R"({"type":1})") ==
          "/type: \"type\" is not allowed");
    CHECK(found(R"({"definitions":{"n":{"type":"integer"}},)"
                R"("properties":{"a":{"$ref":"#/definitions/n"}}})",
                R"({"a":"x"})")
              .starts_with("/a: \"a\" must be a whole number"));
}

TEST_CASE("a schema that makes no sense refuses nothing, and deep ones end") {
    for (const char *schema :
         {R"({"type":7})", R"({"type":"mapping"})", R"({"enum":5})", R"({"required":{}})",
          R"({"properties":[]})", R"({"items":7})", R"({"minimum":"x"})", "[]",
          R"({"$ref":"other.json"})", R"({"$ref":"#/properties/a"})", R"({"format":"duration"})",
          R"({"pattern":"(?=a)b"})", R"({"unknown":1,"not":{"const2":1}})",
          R"({"oneOf":[{"unknown":1},{"type":"integer"}]})", R"({"if":{"unknown":1},"then":false})",
          R"({"minimum":1,"minimum":2})"})
        CHECK_MESSAGE(of_property(schema, "5") == "", schema);
    CHECK(of_property(R"-({"patternProperties":{"(?=a)":{}},"additionalProperties":false})-",
                      R"({"b":1})") == "");
    CHECK(of_property(R"({"unknown":1,"type":"string","not":{"const":5}})", "5") ==
          "/a: \"a\" must be text, not a whole number [quote it]");
    std::string schema = "{}", value = "1";
    for (int i = 0; i < 60; ++i) {
        schema = R"({"items":)" + schema + '}';
        value = '[' + value + ']';
    }
    CHECK(of_property(schema, value) == "");
}
