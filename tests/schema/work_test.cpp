#include "checking.hpp"

#include <doctest/doctest.h>
#include <string>

using namespace roomd;
using test::check, test::megabyte;

namespace {

// Each of these takes a tenth of a second in a release build, and took from one to twenty.
constexpr double soon = 3;

// Sanitizers take several times the CPU, which is what patterns have a bound of.
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ROOMD_SANITIZED
#endif
#endif
#ifdef ROOMD_SANITIZED
constexpr std::size_t much = megabyte / 4;
#else
constexpr std::size_t much = megabyte;
#endif

const std::string too_many_steps = ": must be smaller: checking it takes too many steps ()";
const std::string too_long = ": must be shorter: the schema's patterns would take too long for a "
                             "text of this size ()";

// As many of `element` as make up a megabyte, or the given size; "#" in it is their number.
std::string list(const std::string &element, std::size_t size = megabyte) {
    const std::size_t at = element.find('#');
    std::string out = "[";
    for (int i = 0; out.size() < size; ++i) {
        if (i != 0) out += ',';
        out += at == std::string::npos
                   ? element
                   : element.substr(0, at) + std::to_string(i) + element.substr(at + 1);
    }
    return out + ']';
}

std::string any_of(int count, const std::string &schema) {
    std::string out = R"({"anyOf":[)";
    for (int i = 0; i < count; ++i)
        (out += i == 0 ? "" : ",") += schema;
    return out + "]}";
}

// `data` inside that many lists.
std::string nested(int depth, const std::string &data) {
    const auto levels = static_cast<std::size_t>(depth);
    return std::string(levels, '[') + data + std::string(levels, ']');
}

std::string members() {
    std::string out = "{\"m\":1";
    for (int i = 0; out.size() < megabyte; ++i)
        out += ",\"m" + std::to_string(i) + "\":1";
    return out + '}';
}

} // namespace

TEST_CASE("all texts of an event share what its patterns may take") {
    const std::string words = R"-({"items":{"not":{"pattern":"(\\w+\\s?){1,200}!$"}}})-";
    const test::Stopwatch watch;
    const std::string answer = check(words, list('"' + std::string(1000, 'a') + '"'));
    CHECK(answer.starts_with("/"));
    CHECK(answer.ends_with(too_long));
    CHECK(watch.seconds() < soon);
    CHECK(check(words, R"(["see you at ten","and bring the keys"])") == "fits");
}

TEST_CASE("a megabyte of ordinary texts meets ordinary patterns") {
    CHECK(check(R"({"items":{"pattern":"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"}})",
                list(R"("b3f1c2d4-7a5e-4c1b-9f0a-2d6e8b7c9a10")", much)) == "fits");
    CHECK(check(R"({"items":{"pattern":"^.{1,200}$"}})",
                list("\"she went home, " + std::string(180, 'y') + '"', 10000)) ==
          "fits"); // a slow one
    CHECK(check(R"-({"pattern":"^data:image/[a-z]+;base64,[A-Za-z0-9+/=]+$"})-",
                "\"data:image/png;base64," + std::string(200000, 'A') + '"') == "fits");
}

TEST_CASE("one of four thousand values is found at once") {
    std::string values;
    for (int i = 0; i < 4000; ++i)
        values += (i == 0 ? "\"value-" : ",\"value-") + std::to_string(i) + '"';
    const std::string schema = R"({"items":{"enum":[)" + values + "]}}";
    const test::Stopwatch watch;
    CHECK(check(schema, list(R"("value-3999")", much)) == "fits");
    CHECK(watch.seconds() < soon / 10);
    CHECK(check(schema, R"(["value-0","value-4000"])")
              .starts_with(R"(/1: must be one of "value-0", "value-1", )"));
    CHECK(check(schema, R"(["value-0","value-4000"])").size() < 300);
}

TEST_CASE("values of any kind are found among many") {
    const std::string schema = R"({"enum":[null,true,"b",2,{"x":[1,{"a":1,"b":2}]},[],"a",1.5]})";
    for (const char *good : {"null", "true", "\"a\"", "\"b\"", "2", "2.0", "1.50", "[]", "[ ]",
                             R"({"x":[1,{"b":2,"a":1}]})", R"("\u0061")"})
        CHECK_MESSAGE(check(schema, good) == "fits", good);
    for (const char *bad : {"false", "\"c\"", "\"2\"", "3", "[1]", "{}", R"({"x":[1,{"a":1}]})"})
        CHECK_MESSAGE(check(schema, bad) != "fits", bad);
}

TEST_CASE("comparing large values over and over is given up") {
    const test::Stopwatch watch;
    const std::string object = R"({"const":{"a":1}})";
    CHECK(check(any_of(900, object), members()) == too_many_steps);
    CHECK(check(any_of(300, R"({"allOf":[{"uniqueItems":true},{"minItems":900000}]})"),
                list("#")) == too_many_steps);
    CHECK(check(R"({"not":{"const":[1]},"items":{"$ref":"#"}})", nested(126, list("1"))) ==
          too_many_steps);
    CHECK(check(R"({"uniqueItems":true,"items":{"$ref":"#"}})", nested(126, list("#"))) ==
          too_many_steps);
    CHECK(watch.seconds() < 2 * soon);
    // Of another kind: nothing to compare.
    CHECK(check(any_of(900, R"({"const":1})"), members()).find("fits none") != std::string::npos);
    CHECK(check(R"({"uniqueItems":true})", list("#")) == "fits");
}

TEST_CASE("reading a long number over and over is given up") {
    const std::string number = "0." + std::string(megabyte, '0') + "1";
    for (const char *keyword : {R"({"minimum":1})", R"({"multipleOf":3,"minimum":1})",
                                R"({"type":"integer","minimum":1})"}) {
        const test::Stopwatch watch;
        CHECK(check(any_of(900, keyword), number) == too_many_steps);
        CHECK(watch.seconds() < soon);
    }
    CHECK(check(R"({"type":"number","minimum":0,"maximum":1})", number) == "fits");
}

TEST_CASE("many branches for each of many values are given up") {
    const test::Stopwatch watch;
    CHECK(check(R"({"items":{"not":)" + any_of(200, R"({"type":"null"})") + "}}", list("1"))
              .ends_with(too_many_steps));
    CHECK(check(R"({"items":)" +
                    any_of(20, R"({"required":["kind"],"properties":{"kind":{"const":"x"}}})") +
                    "}",
                list(R"({"kind":"x","text":"something to read, and not short","n":#})")) == "fits");
    CHECK(watch.seconds() < soon);
}

TEST_CASE("a check that was given up says so, one that found a fault does not") {
    const auto given_up = [](const std::string &schema, const std::string &data) {
        return test::schema(schema)->check(schema::Document(data))->given_up;
    };
    CHECK(given_up(R"({"pattern":"a[ab]{900}c"})", '"' + std::string(megabyte, 'a') + '"'));
    CHECK(given_up(any_of(900, R"({"const":{"a":1}})"), members()));
    CHECK_FALSE(given_up(R"({"pattern":"^a$"})", "\"b\""));
    CHECK_FALSE(given_up("false", "1"));
}
