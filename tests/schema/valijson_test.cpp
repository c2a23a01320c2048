// Why valijson's constraints are used here, but neither its parser nor its validator: each case is
// what they do, and what we do instead.  A case that fails says that a newer valijson got better.
#include "checking.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

using namespace roomd;

namespace {

using valijson::adapters::NlohmannJsonAdapter;

// "fits", "does not fit", or "throws".
std::string theirs(const std::string &schema, const std::string &data) {
    try {
        const auto document = nlohmann::json::parse(schema), value = nlohmann::json::parse(data);
        valijson::Schema compiled;
        valijson::SchemaParser().populateSchema(NlohmannJsonAdapter(document), compiled);
        valijson::Validator validator;
        const bool fits = validator.validate(compiled, NlohmannJsonAdapter(value), nullptr);
        return fits ? "fits" : "does not fit";
    } catch (const std::runtime_error &) {
        return "throws";
    }
}

std::string ours(const std::string &schema, const std::string &data) {
    if (test::fault(schema) != "good") return "refused at start";
    return test::check(schema, data) == "fits" ? "fits" : "does not fit";
}

void differ(const std::string &schema, const std::string &data, const std::string &they,
            const std::string &we) {
    CHECK_MESSAGE(theirs(schema, data) == they, schema << " of " << data);
    CHECK_MESSAGE(ours(schema, data) == we, schema << " of " << data);
}

} // namespace

TEST_CASE("its parser takes what nothing checks") {
    differ(R"({"maxLenght":1})", R"("long")", "fits", "refused at start");
    differ(R"({"format":"regex"})", R"("(")", "fits", "refused at start");
    differ(R"({"then":false})", "1", "fits", "refused at start");
    differ(R"({"properties":{"x":{"$ref":"#/definitions/s","maxLength":1}},)"
           R"("definitions":{"s":{"type":"string"}}})",
           R"({"x":"long"})", "fits", "refused at start");
    differ(R"({"required":["a\u0000b"]})", R"({"a":1})", "fits", "refused at start");
}

TEST_CASE("its parser takes the schema of names behind a reference for the schema around it") {
    differ(R"({"properties":{"x":{"$ref":"#/definitions/m"}},)"
           R"("definitions":{"m":{"type":"object","propertyNames":{"maxLength":2}}}})",
           R"({"x":{"ab":1}})", "does not fit", "fits");
}

TEST_CASE("its validator ends a text at its first NUL") {
    differ(R"({"maxLength":3})", R"("abc\u0000def")", "fits", "does not fit");
}

TEST_CASE("its validator wraps integers, cuts fractions, and counts text as numbers") {
    differ(R"({"maximum":10})", "18446744073709551615", "fits", "does not fit");
    differ(R"({"const":-1})", "18446744073709551615", "fits", "does not fit");
    differ(R"({"multipleOf":5})", "5.5", "fits", "does not fit");
    differ(R"({"multipleOf":5})", R"("7")", "does not fit", "fits");
    differ(R"({"multipleOf":0.01})", "1000000.07", "does not fit", "fits");
    differ(R"({"type":"integer"})", "1.0", "does not fit", "fits");
}

TEST_CASE("its validator throws over a format of what is no text, and knows few") {
    differ(R"({"format":"date"})", "[1]", "throws", "fits");
    differ(R"({"format":"date"})", R"("2023-02-29")", "fits", "does not fit");
    differ(R"({"format":"email"})", R"("no")", "fits", "does not fit");
}

TEST_CASE("where it is right, we agree") {
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
    for (const char *data :
         {"1", "{}", R"({"id":"x"})", R"({"id":"xy"})", R"({"id":"xy","count":0})",
          R"({"id":"xy","count":8})", R"({"id":"xy","count":9})", R"({"id":"xy","list":[1]})",
          R"({"id":"xy","count":1,"list":[1,null,"a"]})", R"({"id":"xy","count":1,"list":[]})",
          R"({"id":"xy","count":1,"list":["a"]})", R"({"id":"xy","count":1,"list":[1,2]})",
          R"({"id":"xy","more":{"id":"z"}})",
          R"({"id":"xy","more":{"id":"zz","more":{"id":"yy"}}})", R"({"id":"xy","other":true})",
          R"({"id":"xy","other":1})", R"({"id":"xy","other":"s"})",
          R"({"id":"xy","count":1,"longer":1})", R"({"id":"xy","a":1,"b":1,"c":1,"d":1})"})
        CHECK_MESSAGE(theirs(schema, data) == ours(schema, data), data);
}
