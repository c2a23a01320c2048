#include "codegen/reader.hpp"

#include "codegen/typescript.hpp"

#include <string>

#include <doctest/doctest.h>

using namespace roomd::codegen;

namespace {

// The type of a schema, in TypeScript, on one line.
std::string type(const std::string &schema, const std::string &name = "A") {
    std::string out;
    for (const Shape &shape : read_schema(schema, name))
        out += (out.empty() ? "" : "; " + shape.name + " = ") + typescript_type(shape.type);
    std::string flat;
    for (const char c : out)
        if (c != '\n' && (c != ' ' || !flat.ends_with(' ')))
            flat += c;
        else if (c == '\n' && !flat.ends_with(' '))
            flat += ' ';
    return flat;
}

} // namespace

TEST_CASE("types, lists of types, and values") {
    CHECK(type(R"({"type":"string","format":"date-time","maxLength":9})") == "string");
    CHECK(type(R"({"type":["string","integer"]})") == "string | number");
    CHECK(type(R"({"type":["integer","null"]})") == "number | null");
    CHECK(type(R"({"type":"number"})") == "number");
    CHECK(type(R"({"type":"boolean"})") == "boolean");
    CHECK(type(R"({"enum":["a",1,true,null,"a"]})") == R"("a" | 1 | true | null)");
    CHECK(type(R"({"const":"it's \"so\""})") == R"("it's \"so\"")");
    CHECK(type("true") == "unknown");
    CHECK(type("false") == "never");
    CHECK(type("{}") == "unknown");
}

TEST_CASE("objects: what is required, what may be left out, and others") {
    CHECK(
        type(
            R"({"type":"object","required":["a","c"],"properties":{"a":{"type":"string"},"b":{}}})") ==
        "{ a: string; b?: unknown; c: unknown; }");
    CHECK(type(R"({"type":"object"})") == "{ [name: string]: unknown }");
    CHECK(type(R"({"type":"object","additionalProperties":{"type":"integer"}})") ==
          "{ [name: string]: number }");
    CHECK(
        type(
            R"({"type":"object","properties":{"a-b":{}},"additionalProperties":{"type":"integer"}})") ==
        "{ \"a-b\"?: unknown; [name: string]: unknown; }");
    CHECK(type(R"({"type":"object","properties":{"a":{}},"additionalProperties":false})") ==
          "{ a?: unknown; }");
    CHECK(
        type(
            R"({"type":"object","properties":{"a":{}},"patternProperties":{"^x":{"type":"integer"}}})") ==
        "{ a?: unknown; [name: string]: unknown; }");
    CHECK(
        type(
            R"({"type":"object","properties":{"a":{"description":"ends */ here","type":"null"}}})") ==
        "{ /** ends * / here */ a?: null; }");
}

TEST_CASE("a keyword says nothing of values of another type") {
    CHECK(type(R"({"required":["a"],"properties":{"a":{"type":"string"}}})") == "unknown");
    CHECK(type(R"({"items":{"type":"string"}})") == "unknown");
}

TEST_CASE("lists") {
    CHECK(type(R"({"type":"array","items":{"type":"string"}})") == "string[]");
    CHECK(type(R"({"type":"array","items":{"type":["string","null"]}})") == "(string | null)[]");
    CHECK(
        type(
            R"({"type":"array","items":[{"type":"string"},{"type":"integer"}],"additionalItems":false})") ==
        "(string | number)[]");
    CHECK(type(R"({"type":"array","items":[{"type":"string"}]})") == "unknown[]");
    CHECK(type(R"({"type":"array"})") == "unknown[]");
}

TEST_CASE("alternatives, and what must hold together") {
    CHECK(type(R"({"oneOf":[{"type":"string"},{"type":"integer"}]})") == "string | number");
    CHECK(type(R"({"anyOf":[{"type":"string"},{"minimum":1}]})") == "unknown");
    CHECK(
        type(R"({"type":"object","required":["a"],"properties":{"a":{"type":["string","integer"]}},
                   "allOf":[{"properties":{"a":{"type":"integer"},"b":{"const":1}}}]})") ==
        "{ a: number; b?: 1; }");
    CHECK(type(R"({"type":"object","properties":{"a":{"type":"string"}},
                   "anyOf":[{"required":["a"]},{"required":["b"]}]})") ==
          "{ a: string; } | { a?: string; b: unknown; }");
    CHECK(type(R"({"allOf":[{"type":"string"},{"type":"integer"}]})") == "never");
    CHECK(type(R"({"type":"integer","anyOf":[{"const":1},{"const":"b"}]})") == "1");
    CHECK(type(R"({"type":"string","enum":["a","b"],"not":{"const":"a"}})") == R"("a" | "b")");
    CHECK(type(R"({"type":"string","if":{"const":"a"},"then":false})") == "string");
}

TEST_CASE("references are read where they lead to, and a type inside itself gets a name") {
    CHECK(type(R"({"type":"object","properties":{"a":{"$ref":"#/definitions/id"}},
                   "definitions":{"id":{"type":["string","integer"]}}})") ==
          "{ a?: string | number; }");
    CHECK(
        type(
            R"({"type":"object","properties":{"a":{"$ref":"#/definitions/tree-node"}},"definitions":
                   {"tree-node":{"type":"object","properties":{"below":{"type":"array","items":{"$ref":"#/definitions/tree-node"}}}}}})") ==
        "{ a?: ATreeNode; }; ATreeNode = { below?: ATreeNode[]; }");
    CHECK(type(R"({"type":"object","properties":{"next":{"$ref":"#"}}})") == "{ next?: A; }");
}

TEST_CASE("a type inside itself takes all that its own definition does, wherever it is met first") {
    CHECK(
        type(
            R"({"type":"object","properties":{"a":{"type":"object","allOf":[{"$ref":"#/definitions/n"}]},
                   "b":{"$ref":"#/definitions/n"}},"definitions":
                   {"n":{"type":["object","string"],"properties":{"next":{"$ref":"#/definitions/n"}}}}})") ==
        "{ a?: AN; b?: AN; }; AN = string | { next?: AN; }");
}

TEST_CASE("two types inside themselves are two, whatever becomes of their names") {
    const auto itself = [](const std::string &name, const std::string &member) {
        return '"' + name + R"(":{"type":"object","properties":{")" + member +
               R"(":{"$ref":"#/definitions/)" + name + "\"}}}";
    };
    CHECK(type(R"({"type":"array","items":[{"$ref":"#/definitions/a-b"},{"$ref":"#/definitions/aB"},
                   {"$ref":"#/definitions/::"},{"$ref":"#/definitions/a-b"}],"additionalItems":false,
                   "definitions":{)" +
               itself("a-b", "x") + ',' + itself("aB", "y") + ',' + itself("::", "z") + "}}") ==
          "(AAB | AAB2 | A2)[]; AAB = { x?: AAB; }; AAB2 = { y?: AAB2; }; A2 = { z?: A2; }");
}

TEST_CASE("a type inside itself is called nothing that generated files have or import") {
    CHECK(type(R"({"$ref":"#/definitions/answer","definitions":
                   {"answer":{"type":"array","items":{"$ref":"#/definitions/answer"}}}})",
               "Room") == "RoomAnswer2; RoomAnswer2 = RoomAnswer2[]");
}

TEST_CASE("definitions that double in each other end in what nobody knows") {
    std::string definitions = R"("d0":{"type":"string"})";
    for (int i = 1; i < 40; ++i) {
        const std::string below = R"({"$ref":"#/definitions/d)" + std::to_string(i - 1) + "\"}";
        definitions += ",\"d" + std::to_string(i) + R"(":{"type":"object","properties":{"a":)" +
                       below + ",\"b\":" + below + "}}";
    }
    const std::string schema =
        R"({"$ref":"#/definitions/d39","definitions":{)" + definitions + "}}";
    CHECK(type(schema).find("unknown") != std::string::npos);
}
