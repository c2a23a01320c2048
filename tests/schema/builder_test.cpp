#include "checking.hpp"

#include <doctest/doctest.h>

using namespace roomd;
using test::fault;

namespace {

std::string hint(const std::string &text) {
    std::vector<schema::SchemaFault> faults;
    schema::Schema::compile(text, faults);
    return faults.empty() ? "good" : faults[0].hint;
}

} // namespace

TEST_CASE("a keyword that would not be checked is refused with its place") {
    CHECK(fault("{\n  \"type\": \"object\",\n  \"maxLenght\": 3 }") ==
          "3:3 /maxLenght: unknown keyword \"maxLenght\"");
    CHECK(hint(R"({"maxLenght":3})") == "did you mean \"maxLength\"?");
    for (const char *unknown :
         {"id", "$anchor", "nullable", "contentEncoding", "contentMediaType", "minContains",
          "unevaluatedProperties", "dependentRequired", "divisibleBy", "extends", "Type", ""}) {
        CHECK(fault("{\"" + std::string(unknown) + "\":true}") ==
              "1:2 /" + std::string(unknown) + ": unknown keyword \"" + std::string(unknown) + '"');
    }
    CHECK(hint(R"({"$defs":{}})") == "did you mean \"definitions\"?");
    CHECK(hint(R"({"discriminator":{}})") ==
          "it is not a keyword of draft 7 that is checked here; remove it");
}

TEST_CASE("it is refused wherever it stands, used or not") {
    for (const char *text :
         {R"({"definitions":{"unused":{"oops":1}}})", R"({"properties":{"a":{"oops":1}}})",
          R"({"items":[true,{"oops":1}]})", R"({"items":{"oops":1}})", R"({"not":{"oops":1}})",
          R"({"anyOf":[{"oops":1}]})", R"({"if":{"oops":1}})", R"({"if":true,"else":{"oops":1}})",
          R"({"dependencies":{"a":{"oops":1}}})", R"({"propertyNames":{"oops":1}})",
          R"({"contains":{"oops":1}})", R"({"patternProperties":{"a":{"oops":1}}})",
          R"({"additionalProperties":{"oops":1}})", R"({"items":[],"additionalItems":{"oops":1}})",
          R"({"$ref":"#/definitions/a","definitions":{"a":true,"b":{"oops":1}}})"})
        CHECK_MESSAGE(fault(text).ends_with("unknown keyword \"oops\""), text);
}

TEST_CASE("a keyword that has no effect where it stands is refused") {
    CHECK(fault(R"({"then":true})") == "1:9 /then: \"then\" has no effect without \"if\"");
    CHECK(fault(R"({"else":true})") == "1:9 /else: \"else\" has no effect without \"if\"");
    CHECK(fault(R"({"items":{},"additionalItems":false})") ==
          "1:31 /additionalItems: \"additionalItems\" has no effect without a list of \"items\"");
    CHECK(fault(R"({"properties":{"x":{"$ref":"#/definitions/s","maxLength":1}},)"
                R"("definitions":{"s":{"type":"string"}}})") ==
          "1:46 /properties/x/maxLength: \"maxLength\" is not checked beside \"$ref\"");
    CHECK(hint(R"({"$ref":"#/definitions/s","type":"string","definitions":{"s":true}})") ==
          "write \"allOf\": [{\"$ref\": ..}, {..}]");
}

TEST_CASE("what says nothing about the data may stand anywhere") {
    const std::string notes = R"("title":"t","description":"d","$comment":"c","default":{"oops":1},
        "examples":[{"oops":1}])";
    CHECK(fault('{' + notes + R"(,"$schema":"http://json-schema.org/draft-07/schema#",)" +
                R"("$id":"https://example.com/a.json","readOnly":true,"writeOnly":false})") ==
          "good");
    CHECK(fault(R"({"properties":{"a":{"$ref":"#/definitions/b",)" + notes +
                R"(}},"definitions":{"b":true}})") == "good");
}

TEST_CASE("references lead nowhere but into the schema") {
    for (const char *remote : {"http://example.com/a.json", "other.json", "other.json#/a", "/a",
                               "urn:uuid:1", "file:///etc/passwd", ""})
        CHECK(fault(R"({"items":{"$ref":")" + std::string(remote) + "\"}}") ==
              "1:18 /items/$ref: \"$ref\" points outside this schema, and nothing is fetched");
    for (const char *nothing : {"#/definitions/x", "#name", "#/", "#/%zz", "#/%4", "#/~2"})
        CHECK(fault(R"({"items":{"$ref":")" + std::string(nothing) + "\"}}") ==
              "1:18 /items/$ref: \"$ref\" points to nothing: \"" + std::string(nothing) + '"');
    CHECK(fault(R"({"$ref":5})") == "1:9 /$ref: \"$ref\" must be a string");
    CHECK(fault(R"({"$ref":"#/definitions/a","definitions":{"a":{"maximum":"x"}}})") ==
          "1:57 /definitions/a/maximum: it must be a number");
    CHECK(fault(R"({"items":{"$ref":"#/type"},"type":"string"})") ==
          "1:35 /type: a schema must be a map, true or false");
}

TEST_CASE("a schema for one value has an end") {
    CHECK(fault(R"({"$ref":"#"})") == "1:9 /$ref: \"$ref\" points back to itself");
    CHECK(fault(R"({"items":{"$ref":"#/definitions/a"},"definitions":{)"
                R"("a":{"$ref":"#/definitions/b"},"b":{"$ref":"#/definitions/a"}}})")
              .ends_with("\"$ref\" points back to itself"));
    for (const char *circle :
         {R"({"allOf":[{"$ref":"#"}]})", R"({"not":{"$ref":"#"}})", R"({"if":{"$ref":"#"}})",
          R"({"anyOf":[true,{"oneOf":[{"$ref":"#"}]}]})", R"({"if":true,"then":{"$ref":"#"}})",
          R"({"dependencies":{"a":{"$ref":"#"}}})"})
        CHECK_MESSAGE(
            fault(circle).ends_with("more than 16 nested schemas apply to the same value"), circle);
    CHECK(fault(R"({"properties":{"a":{"$ref":"#"}},"propertyNames":{"$ref":"#"}})") == "good");
    std::string deep = "true";
    for (int i = 1; i < 16; ++i)
        deep = R"({"allOf":[)" + deep + "]}";
    CHECK(fault(deep) == "good");
    CHECK(fault(R"({"allOf":[)" + deep + "]}") ==
          "1:1 : more than 16 nested schemas apply to the same value");
}

TEST_CASE("drafts, and identities inside, that would change what is meant are refused") {
    CHECK(fault(R"({"$schema":"https://json-schema.org/draft/2020-12/schema"})") ==
          "1:12 /$schema: only draft 7 is supported");
    CHECK(fault(R"({"$schema":"http://json-schema.org/draft-04/schema#"})") ==
          "1:12 /$schema: only draft 7 is supported");
    CHECK(fault(R"({"$schema":"http://json-schema.org/draft-07/schema","$ref":"#/definitions/a",)"
                R"("definitions":{"a":true}})") == "good");
    CHECK(fault(R"({"items":{"$id":"#a"}})") ==
          "1:17 /items/$id: \"$id\" inside a schema would change what \"$ref\" means");
}

TEST_CASE("formats that nothing checks are refused") {
    CHECK(fault(R"({"format":"datetime"})") ==
          "1:11 /format: the format \"datetime\" would not be checked");
    CHECK(hint(R"({"format":"regex"})") ==
          "known are date-time, date, time, email, hostname, ipv4, ipv6, uri, uuid; or write a "
          "\"pattern\"");
    CHECK(fault(R"({"format":5})") == "1:11 /format: the format 5 would not be checked");
}

TEST_CASE("patterns that cannot be run are refused, of members too") {
    CHECK(fault(R"-({"pattern":"a(?=b)"})-") ==
          "1:12 /pattern: \"pattern\" cannot be run: look-around cannot be run in linear time");
    CHECK(fault(R"-({"pattern":"("})-").starts_with("1:12 /pattern: \"pattern\" cannot be run: "));
    CHECK(fault(R"({"pattern":5})") == "1:12 /pattern: \"pattern\" must be a string");
    CHECK(fault(R"-({"patternProperties":{"(a)\\1":true}})-") ==
          "1:23 /patternProperties/(a)\\1: the pattern cannot be run: back references cannot be "
          "run in linear time");
}

TEST_CASE("a keyword whose value is of the wrong kind is refused") {
    for (const char *wrong : {R"({"type":"any"})",
                              R"({"type":[]})",
                              R"({"type":[1]})",
                              R"({"type":{}})",
                              R"({"type":"String"})",
                              R"({"enum":[]})",
                              R"({"enum":1})",
                              R"({"minLength":-1})",
                              R"({"maxLength":"3"})",
                              R"({"maxItems":1.5})",
                              R"({"minItems":4294967296})",
                              R"({"minimum":"1"})",
                              R"({"maximum":1e400})",
                              R"({"exclusiveMaximum":true})",
                              R"({"multipleOf":0})",
                              R"({"multipleOf":-1})",
                              R"({"uniqueItems":1})",
                              R"({"required":"a"})",
                              R"({"required":[1]})",
                              R"({"required":["a","a"]})",
                              R"({"properties":[]})",
                              R"({"properties":{"a":1}})",
                              R"({"additionalProperties":1})",
                              R"({"items":1})",
                              R"({"allOf":[]})",
                              R"({"anyOf":{}})",
                              R"({"oneOf":[1]})",
                              R"({"not":[]})",
                              R"({"definitions":[]})",
                              R"({"dependencies":[]})",
                              R"({"dependencies":{"a":"b"}})",
                              R"({"patternProperties":1})",
                              R"({"contains":null})",
                              R"({"if":1})",
                              "1",
                              "[]",
                              "null"})
        CHECK_MESSAGE(fault(wrong) != "good", wrong);
    CHECK(fault(R"({"minLength":3.0,"maxLength":1e2})") == "good");
}

TEST_CASE("a duplicate keyword is refused, instead of the last one being taken") {
    CHECK(fault("{\"maxLength\":3,\n\"maxLength\":5}") == "2:1 /maxLength: duplicate member");
}

TEST_CASE("what is not JSON is told with its line") {
    CHECK(fault("{\n  \"type\": \"object\",\n}") == "3:1 : the schema is not JSON: bad JSON");
    CHECK(fault("") == "1:1 : the schema is not JSON: bad JSON");
    CHECK(fault("{\"a\":\n\"\xff\"}") == "2:2 : the schema is not JSON: JSON is not UTF-8");
    CHECK(fault(std::string(65, '[') + std::string(65, ']')) ==
          "1:65 : the schema is not JSON: JSON nested too deep");
    CHECK(fault('"' + std::string(300000, 'a') + '"') == "0:0 : the schema is larger than 256 KiB");
}

TEST_CASE("all faults are told at once, up to a bound") {
    std::vector<schema::SchemaFault> faults;
    schema::Schema::compile(R"({"oops":1,"type":"any","properties":{"a":{"format":"x"}}})", faults);
    CHECK(faults.size() == 3);
    std::string many = R"({"allOf":[)";
    for (int i = 0; i < 500; ++i)
        many += R"({"oops":1},)";
    faults.clear();
    schema::Schema::compile(many + "true]}", faults);
    CHECK(faults.size() == 50);
}

TEST_CASE("a thousand schemas in one are taken, also in a chain, and no more") {
    const auto chain = [](int length) {
        std::string text = R"({"$ref":"#/definitions/0","definitions":{)";
        for (int i = 0; i + 1 < length; ++i)
            text += '"' + std::to_string(i) + R"(":{"items":{"$ref":"#/definitions/)" +
                    std::to_string(i + 1) + "\"}},";
        return text + '"' + std::to_string(length - 1) + R"(":{"type":"null"}}})";
    };
    CHECK(fault(chain(1000)) == "good");
    CHECK(test::check(chain(100), std::string(99, '[') + "1" + std::string(99, ']'))
              .ends_with(": must be null (/definitions/99/type)"));
    CHECK(fault(chain(1001)).ends_with("the schema contains more than 1000 schemas"));
}
