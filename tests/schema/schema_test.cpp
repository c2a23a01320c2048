#include "checking.hpp"

#include <doctest/doctest.h>

using namespace roomd;
using test::check;

TEST_CASE("data that does not fit is told by its place, what is wanted, and the schema's place") {
    const std::string booking = R"({
        "type": "object",
        "required": ["bookingId", "seat"],
        "properties": {
            "bookingId": { "$ref": "#/definitions/id" },
            "status": { "enum": ["confirmed", "cancelled"] },
            "seat": { "properties": { "row": { "type": "integer", "minimum": 1 } } }
        },
        "definitions": { "id": { "type": "string", "maxLength": 8 } }
    })";
    CHECK(check(booking, R"({"bookingId":"b1","seat":{"row":3},"more":[1]})") == "fits");
    CHECK(check(booking, R"([])") == ": must be object (/type)");
    CHECK(check(booking, R"({"bookingId":"b1"})") == "/seat: is missing (/required)");
    CHECK(check(booking, R"({"bookingId":7,"seat":1})") ==
          "/bookingId: must be string (/definitions/id/type)");
    CHECK(check(booking, R"({"bookingId":"123456789","seat":1})") ==
          "/bookingId: must have at most 8 characters (/definitions/id/maxLength)");
    CHECK(check(booking, R"({"bookingId":"b1","seat":1,"status":"gone"})") ==
          "/status: must be one of \"confirmed\", \"cancelled\" (/properties/status/enum)");
    CHECK(check(booking, R"({"bookingId":"b1","seat":{"row":0}})") ==
          "/seat/row: must be at least 1 (/properties/seat/properties/row/minimum)");
}

TEST_CASE("type") {
    CHECK(check(R"({"type":["string","null"]})", "null") == "fits");
    CHECK(check(R"({"type":["string","null"]})", "1") == ": must be string or null (/type)");
    CHECK(check(R"({"type":"integer"})", "1.0") == "fits");
    CHECK(check(R"({"type":"integer"})", "1.5") == ": must be integer (/type)");
    CHECK(check(R"({"type":"number"})", "\"1\"") == ": must be number (/type)");
    CHECK(check(R"({"type":"boolean"})", "\"true\"") == ": must be boolean (/type)");
    CHECK(check(R"({"type":"array"})", "{}") == ": must be array (/type)");
    CHECK(check(R"({"type":"object"})", "[]") == ": must be object (/type)");
    CHECK(check(R"({"type":"string"})", "5") == ": must be string (/type)");
}

TEST_CASE("an integer that JavaScript would round is refused, with a way out") {
    CHECK(check(R"({"type":"integer"})", "9007199254740991") == "fits");
    CHECK(check(R"({"type":"integer"})", "9007199254740993") ==
          ": must be integer: not beyond 2^53 - 1, which JavaScript reads exactly; send it as text "
          "(/type)");
    CHECK(check(R"({"type":"number"})", "9007199254740993") == "fits");
}

TEST_CASE("a duplicate member is refused wherever it is") {
    CHECK(check("true", R"({"a":[{"b":1,"b":2}]})") == "/a/0/b: is a duplicate member ()");
}

TEST_CASE("enum and const compare values, not texts") {
    CHECK(check(R"({"const":{"a":[1,"x"],"b":null}})", R"({"b":null,"a":[1.0,"\u0078"]})") ==
          "fits");
    CHECK(check(R"({"const":1})", "1.0") == "fits");
    CHECK(check(R"({"const":1})", "true") == ": must be 1 (/const)");
    CHECK(check(R"({"const":0})", "false") == ": must be 0 (/const)");
    CHECK(check(R"({"const":-1})", "18446744073709551615") == ": must be -1 (/const)");
    CHECK(check(R"({"const":"a"})", R"("a\u0000")") == ": must be \"a\" (/const)");
    CHECK(check(R"({"enum":[1,null,[]]})", "[]") == "fits");
    CHECK(check(R"({"enum":[1,null,[]]})", "{}") == ": must be one of 1, null, [] (/enum)");
}

TEST_CASE("lengths are counted in characters, also behind a NUL") {
    CHECK(check(R"({"maxLength":2})", R"("\ud83d\udc32\u00e4")") == "fits");
    CHECK(check(R"({"minLength":3})", R"("\ud83d\udc32\u00e4")") ==
          ": must have at least 3 characters (/minLength)");
    CHECK(check(R"({"maxLength":3})", R"("abc\u0000def")") ==
          ": must have at most 3 characters (/maxLength)");
    CHECK(check(R"({"minLength":1})", R"("")") == ": must have at least 1 character (/minLength)");
    CHECK(check(R"({"minLength":1,"maxLength":0})", "5") == "fits");
}

TEST_CASE("the limits of numbers") {
    CHECK(check(R"({"minimum":1.5})", "1.5") == "fits");
    CHECK(check(R"({"minimum":1.5})", "1.4") == ": must be at least 1.5 (/minimum)");
    CHECK(check(R"({"maximum":10})", "18446744073709551615") == ": must be at most 10 (/maximum)");
    CHECK(check(R"({"exclusiveMinimum":0})", "0") == ": must be more than 0 (/exclusiveMinimum)");
    CHECK(check(R"({"exclusiveMaximum":1})", "1") == ": must be less than 1 (/exclusiveMaximum)");
    CHECK(check(R"({"minimum":5,"exclusiveMaximum":7})", "\"1\"") == "fits");
}

TEST_CASE("multiples of whole numbers and of fractions") {
    CHECK(check(R"({"multipleOf":5})", "5.5") == ": must be a multiple of 5 (/multipleOf)");
    CHECK(check(R"({"multipleOf":5})", "-15") == "fits");
    CHECK(check(R"({"multipleOf":5})", "\"7\"") == "fits");
    CHECK(check(R"({"multipleOf":0.01})", "19.99") == "fits");
    CHECK(check(R"({"multipleOf":0.01})", "1000000.07") == "fits");
    CHECK(check(R"({"multipleOf":0.01})", "19.995") ==
          ": must be a multiple of 0.01 (/multipleOf)");
    CHECK(check(R"({"multipleOf":1e-8})", "12391239123") == "fits");
    CHECK(check(R"({"multipleOf":3})", "1e20") == ": must be a multiple of 3 (/multipleOf)");
    CHECK(check(R"({"multipleOf":1e-300})", "1") == ": must be a multiple of 1e-300 (/multipleOf)");
    CHECK(check(R"({"multipleOf":0.3})", "0") == "fits");
}

TEST_CASE("format and pattern judge text alone") {
    CHECK(check(R"({"format":"date"})", "\"2026-01-05\"") == "fits");
    CHECK(check(R"({"format":"date"})", "\"2026-02-30\"") ==
          ": must be a date such as 2026-01-05 (/format)");
    CHECK(check(R"({"format":"date"})", "[\"2026-02-30\"]") == "fits");
    CHECK(check(R"({"pattern":"^[A-Z]{3}$"})", "\"eur\"") == ": must match ^[A-Z]{3}$ (/pattern)");
    CHECK(check(R"({"pattern":"^[A-Z]{3}$"})", R"("\u0045UR")") == "fits");
    CHECK(check(R"({"pattern":"^a$"})", R"("a\u0000")") == ": must match ^a$ (/pattern)");
    CHECK(check(R"({"pattern":"^a$"})", "5") == "fits");
}

TEST_CASE("lists") {
    const std::string all = R"({"items":{"type":"integer"},"minItems":1,"maxItems":3})";
    CHECK(check(all, "[1,2,3]") == "fits");
    CHECK(check(all, "[]") == ": must have at least 1 element (/minItems)");
    CHECK(check(all, "[1,2,3,4]") == ": must have at most 3 elements (/maxItems)");
    CHECK(check(all, "[1,\"2\"]") == "/1: must be integer (/items/type)");
    CHECK(check(all, "{}") == "fits");
    const std::string each = R"({"items":[{"type":"string"},true],"additionalItems":false})";
    CHECK(check(each, "[\"a\",5]") == "fits");
    CHECK(check(each, "[\"a\"]") == "fits");
    CHECK(check(each, "[5]") == "/0: must be string (/items/0/type)");
    CHECK(check(each, "[\"a\",5,6]") == "/2: is not allowed (/additionalItems)");
    CHECK(check(R"({"items":[true],"additionalItems":{"type":"null"}})", "[1,2]") ==
          "/1: must be null (/additionalItems/type)");
    CHECK(check(R"({"contains":{"const":3}})", "[1,2,3]") == "fits");
    CHECK(check(R"({"contains":{"const":3}})", "[]") ==
          ": must have an element that fits this schema (/contains)");
}

TEST_CASE("elements are unique by their values") {
    const std::string unique = R"({"uniqueItems":true})";
    CHECK(check(unique, R"([1,"1",true,[1],{"a":1},{"a":2}])") == "fits");
    CHECK(check(unique, "[1,2,1.0]") == "/2: must not equal an element before it (/uniqueItems)");
    CHECK(check(unique, R"([{"a":1,"b":2},0,{"b":2,"a":1}])") ==
          "/2: must not equal an element before it (/uniqueItems)");
    CHECK(check(R"({"uniqueItems":false})", "[1,1]") == "fits");
}

TEST_CASE("members that are named, matched, and all others") {
    const std::string schema = R"({
        "properties": { "seat": { "type": "integer" } },
        "patternProperties": { "^x-": { "type": "string" }, "-n$": { "maxLength": 1 } },
        "additionalProperties": { "type": "null" }
    })";
    CHECK(check(schema, R"({"seat":1,"x-a":"long","other":null})") == "fits");
    CHECK(check(schema, R"({"x-a":1})") == "/x-a: must be string (/patternProperties/^x-/type)");
    CHECK(check(schema, R"({"x-n":"long"})") ==
          "/x-n: must have at most 1 character (/patternProperties/-n$/maxLength)");
    CHECK(check(schema, R"({"other":1})") == "/other: must be null (/additionalProperties/type)");
    CHECK(check(schema, R"({"\u0073eat":"1"})") ==
          "/seat: must be integer (/properties/seat/type)");
    CHECK(check(R"({"properties":{"a":false}})", R"({"a":1})") ==
          "/a: is not allowed (/properties/a)");
}

TEST_CASE("a member that is not known is told with the one that was meant") {
    const std::string closed =
        R"({"properties":{"seatId":true,"userId":true},"additionalProperties":false})";
    CHECK(check(closed, R"({"seatId":1})") == "fits");
    CHECK(check(closed, R"({"seatid":1})") ==
          "/seatid: is not allowed; did you mean \"seatId\"? (/additionalProperties)");
    CHECK(check(closed, R"({"x/y~z":1})") == "/x~1y~0z: is not allowed (/additionalProperties)");
    CHECK(check(closed, "[1]") == "fits");
}

TEST_CASE("counts and names of members") {
    CHECK(check(R"({"minProperties":1})", "{}") ==
          ": must have at least 1 member (/minProperties)");
    CHECK(check(R"({"maxProperties":1})", R"({"a":1,"b":2})") ==
          ": must have at most 1 member (/maxProperties)");
    CHECK(check(R"({"propertyNames":{"pattern":"^[a-z]+$"}})", R"({"ab":1})") == "fits");
    CHECK(check(R"({"propertyNames":{"pattern":"^[a-z]+$"}})", R"({"ab":1,"A":2})") ==
          "/A: must match ^[a-z]+$ (/propertyNames/pattern)");
    CHECK(check(R"({"propertyNames":false})", "{}") == "fits");
}

TEST_CASE("members that need each other") {
    const std::string names = R"({"dependencies":{"card":["name","billing"]}})";
    CHECK(check(names, R"({"name":1})") == "fits");
    CHECK(check(names, R"({"card":1,"name":1})") ==
          "/billing: is missing: \"card\" needs it (/dependencies)");
    const std::string schema = R"({"dependencies":{"card":{"required":["name"]},"none":false}})";
    CHECK(check(schema, "{}") == "fits");
    CHECK(check(schema, R"({"card":1})") == "/name: is missing (/dependencies/card/required)");
    CHECK(check(schema, R"({"none":1})") == ": is not allowed (/dependencies/none)");
}

TEST_CASE("schemas combined") {
    CHECK(check(R"({"allOf":[{"minimum":1},{"maximum":3}]})", "2") == "fits");
    CHECK(check(R"({"allOf":[{"minimum":1},{"maximum":3}]})", "4") ==
          ": must be at most 3 (/allOf/1/maximum)");
    CHECK(check(R"({"anyOf":[{"type":"string"},{"minimum":3}]})", "4") == "fits");
    CHECK(check(R"({"anyOf":[{"type":"string"},{"minimum":3}]})", "2") ==
          ": must fit one of several schemas, but fits none (/anyOf)");
    CHECK(check(R"({"oneOf":[{"minimum":1},{"minimum":3}]})", "2") == "fits");
    CHECK(check(R"({"oneOf":[{"minimum":1},{"minimum":3}]})", "4") ==
          ": must fit exactly one of several schemas, but fits more (/oneOf)");
    CHECK(check(R"({"oneOf":[{"minimum":1},{"minimum":3}]})", "0") ==
          ": must fit one of several schemas, but fits none (/oneOf)");
    CHECK(check(R"({"not":{"type":"string"}})", "1") == "fits");
    CHECK(check(R"({"not":{"type":"string"}})", "\"\"") == ": must not fit this schema (/not)");
    CHECK(check("false", "1") == ": is not allowed ()");
    CHECK(check("true", "1") == "fits");
    CHECK(check("{}", "1") == "fits");
}

TEST_CASE("a condition chooses what must hold") {
    const std::string schema = R"({
        "if": { "properties": { "type": { "const": "user" } }, "required": ["type"] },
        "then": { "required": ["userId"] },
        "else": { "required": ["role"] }
    })";
    CHECK(check(schema, R"({"type":"user","userId":"u1"})") == "fits");
    CHECK(check(schema, R"({"type":"user","role":"staff"})") ==
          "/userId: is missing (/then/required)");
    CHECK(check(schema, R"({"type":"role"})") == "/role: is missing (/else/required)");
    CHECK(check(R"({"if":{"type":"string"},"else":false})", "\"x\"") == "fits");
}

TEST_CASE("format and pattern decide inside anyOf, oneOf, not and if") {
    const std::string either = R"({"anyOf":[{"format":"uuid"},{"pattern":"^lib-[0-9]+$"}]})";
    CHECK(check(either, "\"lib-7\"") == "fits");
    CHECK(check(either, "\"123e4567-e89b-12d3-a456-426614174000\"") == "fits");
    CHECK(check(either, "\"lib-x\"") ==
          ": must fit one of several schemas, but fits none (/anyOf)");
    const std::string one = R"({"oneOf":[{"format":"hostname"},{"pattern":"^[0-9.]+$"}]})";
    CHECK(check(one, "\"a.b\"") == "fits");
    CHECK(check(one, "\"1.2\"") ==
          ": must fit exactly one of several schemas, but fits more (/oneOf)");
    CHECK(check(R"({"not":{"format":"ipv4"}})", "\"1.2.3\"") == "fits");
    CHECK(check(R"({"not":{"format":"ipv4"}})", "\"1.2.3.4\"") ==
          ": must not fit this schema (/not)");
    CHECK(check(R"({"if":{"pattern":"^a"},"then":{"pattern":"z$"}})", "\"ab\"") ==
          ": must match z$ (/then/pattern)");
    CHECK(check(R"({"contains":{"format":"date"}})", R"(["x","2026-01-05"])") == "fits");
}

TEST_CASE("what fails in a schema that need not hold is never the reason") {
    CHECK(check(R"({"anyOf":[{"required":["a"]},true],"required":["b"]})", "{}") ==
          "/b: is missing (/required)");
    CHECK(check(R"({"not":{"required":["a"]},"properties":{"b":{"type":"null"}}})", R"({"b":1})") ==
          "/b: must be null (/properties/b/type)");
}

TEST_CASE("a schema may refer to itself, and follows the data down") {
    const std::string tree = R"({
        "type": "object", "required": ["name"],
        "properties": { "name": { "type": "string" }, "parts": { "items": { "$ref": "#" } } }
    })";
    CHECK(check(tree, R"({"name":"a","parts":[{"name":"b","parts":[{"name":"c"}]}]})") == "fits");
    CHECK(check(tree, R"({"name":"a","parts":[{"name":"b","parts":[{}]}]})") ==
          "/parts/0/parts/0/name: is missing (/required)");
}

TEST_CASE("references lead anywhere in the schema, and through each other") {
    const std::string schema = R"({
        "$ref": "#/definitions/root",
        "definitions": {
            "root": { "properties": { "a": { "$ref": "#/definitions/x~1y%25" },
                                      "b": { "$ref": "#/definitions/root/properties/c/items/1" },
                                      "c": { "items": [true, { "type": "null" }] } } },
            "x/y%": { "$ref": "#/definitions/text", "description": "by another name" },
            "text": { "type": "string" }
        }
    })";
    CHECK(check(schema, R"({"a":"x","b":null})") == "fits");
    CHECK(check(schema, R"({"a":1})") == "/a: must be string (/definitions/text/type)");
    CHECK(check(schema, R"({"b":1})") ==
          "/b: must be null (/definitions/root/properties/c/items/1/type)");
}

TEST_CASE("the names of members say nothing to the schema that lists them") {
    const std::string schema = R"({"properties":{"id":{"type":"string"},"$ref":{"type":"null"},
        "a/items":{"type":"integer"},"a":{"items":{"type":"string"}}},"required":["$ref"]})";
    CHECK(check(schema, R"({"id":"x","$ref":null,"a/items":1,"a":["x"]})") == "fits");
    CHECK(check(schema, R"({"$ref":null,"a/items":"x"})") ==
          "/a~1items: must be integer (/properties/a~1items/type)");
}

TEST_CASE("where a keyword stands in the text is found again") {
    const auto schema =
        test::schema("{\n  \"properties\": {\n    \"\xc3\xa4\": { \"minimum\": 1 }\n}}");
    CHECK(schema->find("/properties/\xc3\xa4/minimum").line == 3);
    CHECK(schema->find("/properties/\xc3\xa4/minimum").column == 23);
    CHECK(schema->find("/nothing").line == 0);
}
