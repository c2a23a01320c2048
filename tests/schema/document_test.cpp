#include "schema/document.hpp"

#include <doctest/doctest.h>
#include <string>

using namespace roomd;
using json::Kind;
using schema::Document;

namespace {

// What the text that stands at `pointer` says.
std::string at(const Document &doc, std::string_view pointer) {
    const auto i = doc.find(pointer);
    return i == Document::none ? "nothing" : std::string(doc.text(i));
}

std::string duplicate(const std::string &text) {
    const Document doc(text);
    return doc.duplicate() == Document::none ? "none" : doc.pointer(doc.duplicate());
}

bool whole(const std::string &number) {
    return Document(number).whole(0);
}

std::string canonical(const std::string &text) {
    return Document(text).canonical(0);
}

constexpr const char *booking =
    R"( { "id" : "b1" , "seats" : [ 1, [true] , {"row":null} ], "none": {}, "a/b~c": "\u0041" } )";

} // namespace

TEST_CASE("each value of a text is found where it stands") {
    const std::string text = booking;
    const Document doc(text);
    CHECK(doc.kind(0) == Kind::object);
    CHECK(doc.size(0) == 4);
    CHECK(doc.depth() == 3);
    CHECK(at(doc, "") == json::trim(text));
    CHECK(at(doc, "/id") == "\"b1\"");
    CHECK(at(doc, "/seats/0") == "1");
    CHECK(at(doc, "/seats/1") == "[true]");
    CHECK(at(doc, "/seats/1/0") == "true");
    CHECK(at(doc, "/seats/2/row") == "null");
    CHECK(at(doc, "/none") == "{}");
    CHECK(at(doc, "/a~1b~0c") == R"("\u0041")");
    for (const char *nothing : {"/seats/3", "/seats/-", "/seats/", "/seats/01x", "/id/0", "/x",
                                "id", "/a/b~c", "/a~1b~2c", "/none/x", "/seats/1/0/0"})
        CHECK(at(doc, nothing) == "nothing");
}

TEST_CASE("a place is told as the pointer that leads to it, and a name as its member") {
    const std::string text = booking;
    const Document doc(text);
    for (const char *pointer :
         {"", "/id", "/seats", "/seats/0", "/seats/1/0", "/seats/2/row", "/none", "/a~1b~0c"})
        CHECK(doc.pointer(doc.find(pointer)) == pointer);
    CHECK(doc.pointer(doc.find("/seats/2/row") - 1) == "/seats/2/row");
    CHECK(doc.pointer(doc.find("/a~1b~0c") - 1) == "/a~1b~0c");
}

TEST_CASE("a string is what it says, however it is written") {
    const std::string text = R"(["plain","\u0061\"\n","","caf\u00e9"])";
    const Document doc(text);
    std::string scratch;
    CHECK(doc.string(1, scratch) == "plain");
    CHECK(doc.string(2, scratch) == "a\"\n");
    CHECK(doc.string(3, scratch).empty());
    CHECK(doc.string(4, scratch) == "caf\xc3\xa9");
}

TEST_CASE("a member is found by what its name says, and only in its own object") {
    const std::string text = R"({"a":{"b":1},"\u0062":2})";
    const Document doc(text);
    CHECK(doc.text(doc.member(0, "b")) == "2");
    CHECK(doc.text(doc.member(doc.member(0, "a"), "b")) == "1");
    CHECK(doc.member(0, "c") == Document::none);
}

TEST_CASE("a duplicate member is found in small and large objects") {
    CHECK(duplicate(R"({"a":1,"b":{"a":2},"c":[{"a":1},{"a":1}]})") == "none");
    CHECK(duplicate(R"({"a":1,"b":2,"a":3})") == "/a");
    CHECK(duplicate(R"({"x":[{"a":1,"\u0061":2}]})") == "/x/0/a");
    CHECK(duplicate(R"({"\u0061":1,"\u0061":2})") == "/a");
    std::string many = "{";
    for (int i = 0; i < 1000; ++i)
        many += "\"m" + std::to_string(i) + "\":0,";
    CHECK(duplicate(many + "\"last\":0}") == "none");
    CHECK(duplicate(many + "\"m500\":0}") == "/m500");
    CHECK(duplicate(many + "\"\\u006d500\":0}") == "/m500");
}

TEST_CASE("a whole number is one that JavaScript reads exactly") {
    for (const char *good : {"0", "-0", "7", "-123456789012345", "9007199254740991",
                             "-9007199254740991", "1.0", "1e3", "120E-1", "0.0"})
        CHECK_MESSAGE(whole(good), good);
    for (const char *bad : {"1.5", "9007199254740992", "-9007199254740992", "1e16", "1e300", "1e-1",
                            "123456789012345678901234567890"})
        CHECK_FALSE_MESSAGE(whole(bad), bad);
}

TEST_CASE("a number is the nearest double, one near 0 is 0") {
    CHECK(Document("1e-400").number(0) == 0);
    CHECK(Document("-2.5e1").number(0) == -25);
}

TEST_CASE("values that are equal have the same canonical text, others have not") {
    CHECK(canonical(R"( { "b" : [ 1.0 , "\u0061" ] , "a" : null } )") ==
          R"({"a":null,"b":[1,"a"]})");
    CHECK(canonical("1e2") == canonical("100.0"));
    CHECK(canonical("-0") == canonical("0"));
    CHECK(canonical("[]") == "[]");
    CHECK(canonical("{}") == "{}");
    CHECK(canonical("[1,2]") != canonical("[2,1]"));
    CHECK(canonical("1") != canonical("\"1\""));
    CHECK(canonical("true") != canonical("\"true\""));
    CHECK(canonical(R"("a\u0000b")") != canonical(R"("a")"));
    CHECK(canonical("9007199254740993") == canonical("9007199254740992")); // as JavaScript reads it
}

TEST_CASE("128 levels are read and written without trouble, and so is one megabyte") {
    const std::string deep = std::string(128, '[') + std::string(128, ']');
    const Document doc(deep);
    CHECK(doc.depth() == 128);
    CHECK(doc.canonical(0) == deep);
    CHECK(doc.pointer(127).size() == 254);
    const std::string large = "[\"" + std::string(1000000, '\\') + "\"]";
    std::string scratch;
    CHECK(Document(large).string(1, scratch).size() == 500000);
}
