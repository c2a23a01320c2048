#include "catalogue/template.hpp"

#include <doctest/doctest.h>
#include <string>
#include <vector>

using namespace roomd;
using catalogue::Data;
using catalogue::RoomTemplate;
using schema::Document;

namespace {

std::string refusal(std::string_view text) {
    std::string why;
    return RoomTemplate::parse(text, why) ? "taken" : why;
}

std::string told(const RoomTemplate &room, const Data &data) {
    std::vector<std::string> rooms;
    if (const auto refusal = room.expand(data, rooms))
        return std::string(refusal->code) + ' ' + refusal->pointer + ' ' + refusal->text;
    std::string out;
    for (const std::string &one : rooms)
        (out += out.empty() ? "" : " ") += one;
    return out;
}

// The rooms of a template, or its refusal.  With an index of the data and without it is the same.
std::string expand(std::string_view text, const std::string &data) {
    std::string why;
    const auto room = RoomTemplate::parse(text, why);
    REQUIRE_MESSAGE(room, text << ": " << why);
    const Document index(data);
    const std::string out = told(*room, {data, nullptr});
    CHECK(told(*room, {data, &index}) == out);
    return out;
}

constexpr const char *id_wanted = "must be text of 1 to 255 visible ASCII characters other than \" "
                                  "* < > ` { }, or a whole number: "
                                  "the room \"library:{libraryId}\" is built from it";

} // namespace

TEST_CASE("a template is a kind, and behind the colon literals and fields") {
    CHECK(expand("library:{libraryId}", R"({"libraryId":"l1"})") == "library:l1");
    CHECK(expand("role:library_owner", "5") == "role:library_owner");
    CHECK(expand("user:{userId}", R"({"userId":"auth0|5f3c"})") == "user:auth0|5f3c");
    CHECK(expand("user:{userId}", R"({"userId":"CORP\\ann"})") == "user:CORP\\ann");
    CHECK(expand("user:urn:{ns}:{id}", R"({"ns":"a:b","id":7})") == "user:urn:a:b:7");
    CHECK(expand("seat:{libraryId}.{seatId}-x", R"({"libraryId":"l1","seatId":7})") ==
          "seat:l1.7-x");
    CHECK(expand("user:{booking/user/id}", R"({"booking":{"user":{"id":"u1"}}})") == "user:u1");
    CHECK(expand("user:{/booking/userId}", R"({"booking":{"userId":"u1"}})") == "user:u1");
    CHECK(expand("user:{a~1b~0c}", R"({"a/b~c":"u1"})") == "user:u1");
    CHECK(expand("user:{\xc3\xa4 b}", R"({"\u00e4 b":"u1"})") == "user:u1");
}

TEST_CASE("a list gives a room for each of its elements") {
    CHECK(expand("user:{userIds}", R"({"userIds":["u1","u2",3]})") == "user:u1 user:u2 user:3");
    CHECK(expand("user:{userIds}", R"({"userIds":[]})") == "");
    CHECK(expand("seat:{a}.{b}", R"({"a":["x","y"],"b":[1,2]})") ==
          "seat:x.1 seat:x.2 seat:y.1 seat:y.2");
    CHECK(expand("user:{userIds}", R"({"userIds":["u1",["u2"]]})") ==
          "room_field_invalid /data/userIds/1 must be text of 1 to 255 visible ASCII chara"
          "cters other than \" * < > ` { }, or a whole number: the room "
          "\"user:{userIds}\" is built from it");
}

TEST_CASE("a list is not longer than an emit may have rooms") {
    std::string ids = "[0";
    for (int i = 1; i < 1000; ++i)
        ids += ',' + std::to_string(i);
    CHECK(expand("a:{b}", "{\"b\":" + ids + "]}").ends_with(" a:999"));
    CHECK(expand("a:{b}", "{\"b\":" + ids + ",1000]}") ==
          "room_field_invalid /data/b must be a list of at most 1000 ids: the room \"a:{b}\" is "
          "built "
          "from it");
    CHECK(expand("a:{b}.{b}", "{\"b\":" + ids + "]}") ==
          "room_field_invalid /data/b must be a list so short that it gives at most 1000 rooms: "
          "the room \"a:{b}.{b}\" is built from it");
}

TEST_CASE("a field that is missing is told by the first of its path that is not there") {
    CHECK(
        expand("library:{libraryId}", "{}") ==
        "room_field_missing /data/libraryId is missing: the room \"library:{libraryId}\" needs it");
    CHECK(
        expand("user:{a/b/c}", R"({"a":{"x":1}})").starts_with("room_field_missing /data/a/b is "));
    CHECK(expand("user:{a/b/c}", R"({"a":{"b":[{"c":"u"}]}})")
              .starts_with("room_field_missing /data/a/b/c is "));
    CHECK(expand("user:{a}", "[1]").starts_with("room_field_missing /data/a is "));
    CHECK(expand("user:{x~1y}", "null").starts_with("room_field_missing /data/x~1y is "));
}

TEST_CASE("an invalid id is refused, never repaired") {
    const std::string refused = "room_field_invalid /data/libraryId " + std::string(id_wanted);
    const std::string most(255, 'a');
    CHECK(expand("library:{libraryId}", "{\"libraryId\":\"" + most + "\"}") == "library:" + most);
    for (const std::string bad : {"\"\"",
                                  "\" l1\"",
                                  "\"l1\\u0000\"",
                                  "\"l 1\"",
                                  "\"l1\\n\"",
                                  R"("l{1}")",
                                  R"("<l1>")",
                                  R"("\"l1")",
                                  "\"*\"",
                                  "\"\\u0430\"",
                                  "\"\\ud800\"",
                                  "null",
                                  "true",
                                  "{}",
                                  R"({"id":"l1"})",
                                  "1.0",
                                  "1e3",
                                  "-0",
                                  "1.5",
                                  "9007199254740992",
                                  "-9007199254740992",
                                  "123456789012345678901234567890"})
        CHECK_MESSAGE(expand("library:{libraryId}", "{\"libraryId\":" + bad + "}") == refused, bad);
    CHECK(expand("library:{libraryId}", "{\"libraryId\":\"" + most + "a\"}") == refused);
    CHECK(expand("library:{libraryId}", R"({"libraryId":"\u006c1"})") == "library:l1");
    CHECK(expand("library:{libraryId}", R"({"libraryId":9007199254740991})") ==
          "library:9007199254740991");
    CHECK(expand("library:{libraryId}", R"({"libraryId":-7})") == "library:-7");
}

TEST_CASE("an id that becomes too long by what stands around it is refused") {
    const std::string id(255, 'a');
    CHECK(expand("a:x{b}", "{\"b\":\"" + id + "\"}") ==
          "room_field_invalid /data/b must be so short that the room's id has at most 255 "
          "characters: the room \"a:x{b}\" is built from it");
}

TEST_CASE("the last of duplicate members counts, as for every reader") {
    std::string why;
    const std::string data = R"({"userId":"u1","userId":"u2"})";
    CHECK(told(*RoomTemplate::parse("user:{userId}", why), {data, nullptr}) == "user:u2");
}

TEST_CASE("an invalid template is refused") {
    for (const char *no_kind :
         {"", "library", "{libraryId}", ":x", "{kind}:x", "a b:x", "\xc3\xa4:x"})
        CHECK(refusal(no_kind) == "a room begins with its kind: \"library:{libraryId}\"");
    CHECK(refusal("library:") == "the id is missing");
    for (const char *bad :
         {"a:{", "a:}", "a:{}", "a:{b", "a:b}", "a:{b}}", "a:{{b}}", "a:b c", "a:b<c", "a:{b//c}",
          "a:{b/}", "a:{/}", "a:{b~}", "a:{b~2}", "a:*", "a:`b"})
        CHECK_MESSAGE(refusal(bad).starts_with("a room id is"), bad);
    CHECK(refusal("a:" + std::string(256, 'x')) == "its id has more than 255 characters");
    CHECK(refusal("a:" + std::string(255, 'x') + "{b}") == "its id has more than 255 characters");
    CHECK(refusal(std::string(65, 'a') + ":x") ==
          "a room begins with its kind: \"library:{libraryId}\"");
}

TEST_CASE("a template tells its kind and how it was written") {
    std::string why;
    const auto room = RoomTemplate::parse("library:{libraryId}", why);
    CHECK(room->kind() == "library");
    CHECK(room->text() == "library:{libraryId}");
}
