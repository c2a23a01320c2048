#include "codegen/asyncapi.hpp"

#include "codegen/text.hpp"
#include "small.hpp"

#include <string>

#include <doctest/doctest.h>

using namespace roomd;
using namespace roomd::codegen;
using test::has;

namespace {

std::string document_of(const std::vector<catalogue::EventConf> &events,
                        const std::string &service = "shop") {
    Source source;
    source.service = service;
    source.events = events;
    return asyncapi(test::contract_of(source), "0123456789abcdef");
}

} // namespace

TEST_CASE("references lead to where the schema is, and data that looks like one stays") {
    const std::string text = document_of(
        {test::small_event("a", R"({"properties":{"const":{"$ref":"#"},"b":{"const":{"$ref":"#/c"}},
                 "enum":{"enum":[{"$ref":"#/d"}]},"$ref":{"items":[{"$ref":"#"}]}}})")});
    CHECK(has(text, R"("const": {"$ref": "#/components/schemas/A"})"));
    CHECK(has(text, R"("b": {"const": {"$ref": "#/c"}})"));
    CHECK(has(text, R"("enum": {"enum": [{"$ref": "#/d"}]})"));
    CHECK(has(text, R"("$ref": {"items": [{"$ref": "#/components/schemas/A"}]})"));
}

TEST_CASE("each field of a room is a parameter of its own") {
    catalogue::EventConf event = test::small_event("a");
    event.rooms = {"b:{x/y}-{x_y}-{/x/y}"};
    const std::string text = document_of({event});
    CHECK(has(text, R"("address": "b:{x_y}-{x_y2}-{x_y}")"));
    CHECK(has(text, R"("x_y": {"description": "x/y of the data"})"));
    CHECK(has(text, R"("x_y2": {"description": "x_y of the data"})"));
}

TEST_CASE("a document of a service with a long name is known again") {
    const std::string text = document_of({test::small_event("a")}, std::string(2000, 's'));
    CHECK(read_digest(text, "catalogue asyncapi") == "0123456789abcdef");
}
