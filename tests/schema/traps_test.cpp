// What validators of JSON Schema are known to get wrong.
#include "checking.hpp"

#include <doctest/doctest.h>
#include <string>

using namespace roomd;

namespace {

void verdict_is(const std::string &schema, const std::string &data, const std::string &wanted) {
    std::string is = "refused at start";
    if (test::fault(schema) == "good")
        is = test::check(schema, data) == "fits" ? "fits" : "does not fit";
    CHECK_MESSAGE(is == wanted, schema << " of " << data);
}

} // namespace

TEST_CASE("a schema that other validators would take and not check is refused") {
    verdict_is(R"({"maxLenght":1})", R"("long")", "refused at start");
    verdict_is(R"({"format":"regex"})", R"("(")", "refused at start");
    verdict_is(R"({"then":false})", "1", "refused at start");
    verdict_is(R"({"properties":{"x":{"$ref":"#/definitions/s","maxLength":1}},)"
               R"("definitions":{"s":{"type":"string"}}})",
               R"({"x":"long"})", "refused at start");
}

TEST_CASE("the schema of names behind a reference is about the names") {
    verdict_is(R"({"properties":{"x":{"$ref":"#/definitions/m"}},)"
               R"("definitions":{"m":{"type":"object","propertyNames":{"maxLength":2}}}})",
               R"({"x":{"ab":1}})", "fits");
}

TEST_CASE("a text or a name does not end at its first NUL") {
    verdict_is(R"({"required":["a\u0000b"]})", R"({"a":1})", "does not fit");
    verdict_is(R"({"required":["a\u0000b"]})", R"({"a\u0000b":1})", "fits");
    verdict_is(R"({"properties":{"a\u0000b":false}})", R"({"a":1,"a\u0000c":1})", "fits");
    verdict_is(R"({"maxLength":3})", R"("abc\u0000def")", "does not fit");
}

TEST_CASE("integers do not wrap, fractions are not cut, and text is not a number") {
    verdict_is(R"({"maximum":10})", "18446744073709551615", "does not fit");
    verdict_is(R"({"const":-1})", "18446744073709551615", "does not fit");
    verdict_is(R"({"multipleOf":5})", "5.5", "does not fit");
    verdict_is(R"({"multipleOf":5})", R"("7")", "fits");
    verdict_is(R"({"multipleOf":0.01})", "1000000.07", "fits");
    verdict_is(R"({"type":"integer"})", "1.0", "fits");
}

TEST_CASE("a format says nothing about what is not a string") {
    verdict_is(R"({"format":"date"})", "[1]", "fits");
    verdict_is(R"({"format":"date"})", R"("2023-02-29")", "does not fit");
    verdict_is(R"({"format":"email"})", R"("no")", "does not fit");
}

TEST_CASE("keywords of all kinds hold together") {
    const std::string schema = R"({
        "type": "object", "required": ["id"], "maxProperties": 4,
        "properties": {
            "id": { "type": "string", "minLength": 2 },
            "count": { "type": "integer", "minimum": 1, "exclusiveMaximum": 9 },
            "list": { "items": { "anyOf": [ { "type": "null" }, { "enum": ["a", 1] } ] },
                      "minItems": 1, "contains": { "const": 1 } },
            "more": { "$ref": "#" }
        },
        "additionalProperties": { "oneOf": [ { "type": "boolean" }, { "not": { "type": "string" } } ] },
        "dependencies": { "list": ["count"] },
        "if": { "required": ["count"] }, "then": { "propertyNames": { "maxLength": 5 } }
    })";
    for (const char *fits :
         {R"({"id":"xy"})", R"({"id":"xy","count":8})",
          R"({"id":"xy","count":1,"list":[1,null,"a"]})",
          R"({"id":"xy","more":{"id":"zz","more":{"id":"yy"}}})", R"({"id":"xy","other":1})"})
        verdict_is(schema, fits, "fits");
    for (const char *bad :
         {"1", "{}", R"({"id":"x"})", R"({"id":"xy","count":0})", R"({"id":"xy","count":9})",
          R"({"id":"xy","list":[1]})", R"({"id":"xy","count":1,"list":[]})",
          R"({"id":"xy","count":1,"list":["a"]})", R"({"id":"xy","count":1,"list":[1,2]})",
          R"({"id":"xy","more":{"id":"z"}})", R"({"id":"xy","other":true})",
          R"({"id":"xy","other":"s"})", R"({"id":"xy","count":1,"longer":1})",
          R"({"id":"xy","a":1,"b":1,"c":1,"d":1})"})
        verdict_is(schema, bad, "does not fit");
}
