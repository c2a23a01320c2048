#include "policy/claims.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace roomd::policy;
using Texts = std::vector<std::string>;

namespace {

Claim claim(std::string_view text) {
    auto parsed = parse_claim(text);
    REQUIRE_MESSAGE(parsed.ok(), std::string(text) << ": " << parsed.error());
    return *std::move(parsed);
}

// The values of a claim; booleans as `=true`.
Texts values(std::string_view claims, std::string_view name = "c") {
    REQUIRE_MESSAGE(roomd::json::check(claims).ok(), std::string(claims));
    const Claim which = claim(name);
    Values walk(claims, which);
    Texts out;
    while (walk.next())
        out.push_back((walk.is_boolean() ? "=" : "") + std::string(walk.text()));
    CHECK_FALSE(walk.next());
    return out;
}

bool absent(std::string_view claims, std::string_view name = "c") {
    const Claim which = claim(name);
    return Values(claims, which).absent();
}

} // namespace

TEST_CASE("a string, an exact integer and a boolean are values") {
    CHECK(values(R"({"c":"student"})") == Texts{"student"});
    CHECK(values(R"({ "c" : "" })") == Texts{""});
    CHECK(values(R"({"c":42})") == Texts{"42"});
    CHECK(values(R"({"c":-9007199254740991})") == Texts{"-9007199254740991"});
    CHECK(values(R"({"c":true})") == Texts{"=true"});
    CHECK(values(R"({"c":"true"})") == Texts{"true"});
}

TEST_CASE("a list is the set of its scalars") {
    CHECK(values(R"({"c":["a", 7,false,"b"]})") == Texts{"a", "7", "=false", "b"});
    CHECK(values(R"({"c":[["a"],{"a":"a"},null,1.5,"b"]})") == Texts{"b"});
    CHECK(values(R"({"c":[]})").empty());
}

TEST_CASE("what cannot be compared is not a value") {
    for (const auto none :
         {R"({"c":{"c":"a"}})", R"({"c":null})", R"({"c":1.0})", R"({"c":1e0})", R"({"c":-0})",
          R"({"c":9007199254740993})", R"({"c":[[["a"]]]})", R"({"c":"\ud800"})",
          R"({"c":"a","c":"b"})", R"({"c":"a","\u0063":"a"})", R"({"C":"a"})", R"({})", R"([])",
          R"("c")", R"(["c","a"])", R"(null)"})
        CHECK_MESSAGE(values(none).empty(), none);
    const Claim which = claim("c");
    CHECK_FALSE(Values("", which).next());
}

TEST_CASE("escapes are what they stand for") {
    CHECK(values(R"({"c":"a\u0062\/\"\\"})") == Texts{"ab/\"\\"});
    CHECK(values(R"({"\u0063":"x"})") == Texts{"x"});
    CHECK(values(R"({"c":["\u0061","b","\u0063"]})") == Texts{"a", "b", "c"});
    const std::string with_nul("staff\0", 6);
    CHECK(values(R"({"c":"staff\u0000"})") == Texts{with_nul});
}

TEST_CASE("at most a thousand elements of a list are looked at") {
    std::string list = R"({"c":["0")";
    for (int i = 1; i < 5000; ++i)
        list += ",\"" + std::to_string(i) + '"';
    list += "]}";
    const auto found = values(list);
    CHECK(found.size() == 1000);
    CHECK(found.back() == "999");

    std::string nothing = R"({"c":[{})";
    for (int i = 1; i < 1000; ++i)
        nothing += ",{}";
    CHECK(values(nothing + R"(,"a"]})").empty());
}

TEST_CASE("absent is only what is not there or null") {
    CHECK(absent("{}"));
    CHECK(absent(R"({"c":null})"));
    CHECK(absent(R"({"a":{}})", "/a/b/c"));
    CHECK(absent(R"({"a":null})", "/a/b"));
    for (const auto there : {R"({"c":[]})", R"({"c":{}})", R"({"c":1.5})", R"({"c":""})",
                             R"({"c":null,"c":null})", R"([])", R"("")", ""})
        CHECK_FALSE_MESSAGE(absent(there), there);
    CHECK_FALSE(absent(R"({"a":"x"})", "/a/b"));
    CHECK_FALSE(absent(R"({"a":[{"b":1}]})", "/a/b"));
}

TEST_CASE("a claim is named as it stands, or pointed at through objects") {
    const auto claims = R"({"https://x.example/roles":["a"],"a.b":"dot","a":{"b":"nested"},"":"e",
                            "x/y":{"~":"odd"},"l":[{"b":"in a list"}],"realm_access":{"roles":["r"]}})";
    CHECK(values(claims, "https://x.example/roles") == Texts{"a"});
    CHECK(values(claims, "a.b") == Texts{"dot"});
    CHECK(values(claims, "/a/b") == Texts{"nested"});
    CHECK(values(claims, "/realm_access/roles") == Texts{"r"});
    CHECK(values(claims, "/x~1y/~0") == Texts{"odd"});
    CHECK(values(claims, "/") == Texts{"e"});
    CHECK(values(claims, "/l/0/b").empty());
    CHECK(values(claims, "/a/b/c").empty());
    CHECK(values(R"({"a":{"b":1},"a":{"b":2}})", "/a/b").empty());
}

TEST_CASE("a claim that cannot be named says why") {
    CHECK(std::string(parse_claim("").error()) == "the name of a claim is empty");
    CHECK(std::string(parse_claim(std::string(257, 'a')).error()) ==
          "the name of a claim has at most 256 bytes");
    for (const auto bad : {"/a~", "/a~2", "/~x/b"})
        CHECK(std::string(parse_claim(bad).error()) ==
              "in a JSON pointer \"~\" is written ~0 and \"/\" is written ~1");
    CHECK(claim("a~").path() == std::vector<std::string>{"a~"});
}
