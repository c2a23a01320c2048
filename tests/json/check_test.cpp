#include "vectors/vectors.hpp"
#include "json/json.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>
#include <string>

using namespace roomd;
using json::check;
using json::Kind;

TEST_CASE("every valid example is accepted") {
    for (const auto &example : test::vectors("json/valid")) {
        const std::string &name = example.name, &bytes = example.bytes;
        INFO(name);
        CHECK(check(bytes).ok());
    }
}

TEST_CASE("every invalid example is refused") {
    for (const auto &example : test::vectors("json/invalid")) {
        const std::string &name = example.name, &bytes = example.bytes;
        INFO(name);
        CHECK_FALSE(check(bytes).ok());
    }
}

TEST_CASE("whatever nlohmann accepts is accepted, but for a byte order mark and NUL") {
    for (const auto &example : test::vectors("json/invalid")) {
        const std::string &name = example.name, &bytes = example.bytes;
        INFO(name);
        const bool known = name == "bom" || name == "nul_behind" || name == "nul_junk";
        CHECK(nlohmann::json::accept(bytes) == known);
    }
}

TEST_CASE("the kind of a value is told") {
    CHECK(*check("null") == Kind::null);
    CHECK(*check(" false") == Kind::boolean);
    CHECK(*check("\n-1") == Kind::number);
    CHECK(*check("\"[\"") == Kind::string);
    CHECK(*check("[{}]") == Kind::array);
    CHECK(*check("{\"a\":[]}") == Kind::object);
}

TEST_CASE("nesting is counted from the outermost bracket") {
    CHECK(check("1", 0).ok());
    CHECK_FALSE(check("[]", 0).ok());
    CHECK(check("[]", 1).ok());
    CHECK(check("[{},{}]", 2).ok());
    CHECK_FALSE(check("[{\"a\":[]}]", 2).ok());
    CHECK(check(std::string(128, '[') + std::string(128, ']')).ok());
    CHECK(std::string(check(std::string(129, '[') + std::string(129, ']')).error()) ==
          "JSON nested too deep");
}

TEST_CASE("brackets in strings do not nest") {
    CHECK(check("[\"" + std::string(1000, '[') + "\"]", 1).ok());
}

TEST_CASE("a hundred thousand nested arrays are refused at the depth limit") {
    CHECK_FALSE(check(std::string(100000, '[') + std::string(100000, ']')).ok());
    std::string objects;
    for (int i = 0; i < 100000; ++i)
        objects += "{\"a\":";
    CHECK_FALSE(check(objects).ok());
    // Without a limit they cost memory in proportion, and no stack.
    CHECK(check(std::string(1000000, '[') + std::string(1000000, ']'), SIZE_MAX).ok());
}

TEST_CASE("an array of 400,000 elements is checked in one pass") {
    std::string text = "[0";
    for (int i = 1; i < 400000; ++i)
        text += ",0";
    CHECK(check(text + "]").ok());
    CHECK_FALSE(check(text).ok());
}

TEST_CASE("the elements of the outermost container are counted, and no others") {
    CHECK(check("[1,2,3]", 9, 3).ok());
    CHECK(std::string(check("[1,2,3]", 9, 2).error()) == "too many elements");
    CHECK(check("[[1,2],{\"a\":1,\"b\":2},\",,,\"]", 9, 3).ok());
    CHECK_FALSE(check("{\"a\":1,\"b\":2}", 9, 1).ok());
    CHECK(check("[]", 9, 1).ok());
    CHECK(check("1", 9, 1).ok());
}

TEST_CASE("a text cut off anywhere is refused") {
    const std::string text = R"({"a":[1.5e3,true,null,"\u00e9\n"],"b":{}})";
    CHECK(check(text).ok());
    for (std::size_t size = 0; size < text.size(); ++size)
        CHECK_FALSE(check(text.substr(0, size)).ok());
}

TEST_CASE("a number beyond a double is refused, one too near to 0 is 0") {
    const std::string zeros(400, '0'), many = "1" + std::string(400, '0');
    for (const std::string &good :
         {std::string("1e308"), std::string("1.7976931348623157e308"), std::string("1e-400"),
          std::string("-1E-999999999999999999999"), std::string("0e999999999999"),
          "0." + zeros + "1", "0." + zeros + "1e401", many + "e-390", "1" + std::string(308, '0')})
        CHECK_MESSAGE(check(good).ok(), good);
    for (const std::string &bad :
         {std::string("1e309"), std::string("-1e400"), std::string("1.8e308"),
          std::string("1E+99999999999999999999"), many, "-" + many + ".5", many + "e-5",
          "0." + zeros + "1e800", std::string("[0, {\"a\": 1e999}]")})
        CHECK_MESSAGE(std::string(check(bad).error()) == "a number is too large for a double", bad);
    CHECK_FALSE(check(std::string(1000000, '9')).ok());
    CHECK(check("0." + std::string(1000000, '0') + "1").ok());
    CHECK(json::find_fault("[0, 1e999]").offset == 4);
}

TEST_CASE("where text stops being JSON is told in bytes") {
    CHECK(json::find_fault("{\"a\": 1,\n}").offset == 9);
    CHECK(json::find_fault("{\"a\": tru}").offset == 6);
    CHECK(json::find_fault("[1, 2").offset == 5);
    CHECK(json::find_fault("").offset == 0);
    CHECK(json::find_fault("[1] 2").offset == 4);
    CHECK(json::find_fault("[\"\xc3\xa4\", \"\xff\"]").offset == 8);
    CHECK(json::find_fault("[[[]]]", 2).offset == 2);
    CHECK(json::find_fault("[\"a\nb\"]").offset == 3);
    CHECK(json::find_fault("[\"a\\x\"]").offset == 4);
    CHECK(json::find_fault("[\"\\u12z4\"]").offset == 6);
}

TEST_CASE("text that is refused is malformed, too deep, or has a number that is too large") {
    using Why = json::Fault::Why;
    CHECK(json::find_fault("[1,]").why == Why::malformed);
    CHECK(json::find_fault("[\"\xff\"]").why == Why::malformed);
    CHECK(json::find_fault("[[[]]]", 2).why == Why::too_deep);
    CHECK(json::find_fault("[-1e999]").why == Why::number_too_large);
}
