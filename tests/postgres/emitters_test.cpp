#include "postgres/emitter.hpp"
#include "postgres/lines.hpp"
#include "postgres/quoting.hpp"

#include <roomd/plugin.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

using namespace roomd::postgres;
using nlohmann::ordered_json;

namespace {

std::vector<Emitter> read(const char *events) {
    return read_emitters(ordered_json::parse(events));
}
Emitter only(const std::string &node) {
    auto all = read_emitters(ordered_json::parse(R"({"a":)" + node + "}"));
    REQUIRE(all.size() == 1);
    return all.front();
}
// "libraryId needed, seats text"
std::string members(const Emitter &emitter) {
    std::string out;
    for (const auto &one : emitter.members) {
        out += (out.empty() ? "" : ", ") + one.name;
        if (one.needed) out += " needed";
        if (one.nullable) out += " null";
        if (one.as_text) out += " text";
    }
    return out + (emitter.whole_row ? " *" : "");
}
std::string refused(const char *events) {
    try {
        read(events);
    } catch (const roomd::Failure &failure) {
        CHECK(failure.status == ROOMD_INVALID);
        return failure.what();
    }
    return "taken";
}
std::size_t count(const std::string &text, const std::string &part) {
    std::size_t out = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
        ++out;
    return out;
}

} // namespace

TEST_CASE("names of members become those of columns, and names of events those of functions") {
    CHECK(snake_case("libraryId") == "library_id");
    CHECK(snake_case("library_id") == "library_id");
    CHECK(snake_case("seat2Free") == "seat2_free");
    CHECK(snake_case("userID") == "user_id");
    CHECK(snake_case("HTTPError") == "http_error");
    CHECK(snake_case("URL") == "url");
    CHECK(snake_case("Id") == "id");
    CHECK(read(R"({"booking:created":{}})")[0].function == "emit_booking_created");
    CHECK(read(R"({"seatTaken/v2":{}})")[0].function == "emit_seat_taken_v2");
    CHECK(read("{\"b\xc3\xbcro\":{}}")[0].function == "emit_b_ro");
    CHECK(read(R"({"a'; DROP":{}})")[0].function == "emit_a___drop");
}

TEST_CASE("two events for one function, and a name that is too long, are told by their names") {
    CHECK(refused(R"({"a:b":{},"c":{},"a.b":{}})") ==
          "the events \"a:b\" and \"a.b\" would both be the function emit_a_b\n"
          "  rename one of them");
    const std::string long_name(58, 'x');
    CHECK(read(("{\"" + long_name + "\":{}}").c_str())[0].function.size() == 63);
    const auto said = refused(("{\"" + long_name + "y\":{}}").c_str());
    CHECK(said.find(long_name + "y") != std::string::npos);
    CHECK(said.find("at most 63 bytes") != std::string::npos);
}

TEST_CASE("the members are those that the schema names, in its order, and those that rooms need") {
    CHECK(members(only(R"({"schema":{"required":["b","c"],
              "properties":{"b":{"type":"string"},"a":{"type":"integer"}}}})")) ==
          "b needed text, a, c needed");
    CHECK(members(only(R"({"rooms":["library:{libraryId}","user:{/owner/id}-{a~1b}","role:x"],
              "schema":{"properties":{"libraryId":{"type":["string","null"]}}}})")) ==
          "libraryId needed text, owner needed, a/b needed");
    CHECK(only(R"({"schema":{"properties":{"libraryId":{}}}})").members[0].column == "library_id");
}

TEST_CASE("a number becomes text only where no number may stand, null stays where it is a value") {
    CHECK(members(only(R"({"schema":{"properties":{
              "a":{"type":"string"},"b":{"type":["string","integer"]},"c":{"type":"number"},
              "d":{"type":["null","string"]},"e":{"enum":["x",null]},"f":{"const":null},
              "g":{"enum":["x"]},"h":{},"i":true}}})")) ==
          "a text, b, c, d null text, e null, f null, g, h, i");
}

TEST_CASE("references and parts that hold together are followed") {
    CHECK(members(only(R"({"schema":{"$ref":"#/definitions/b%20x",
              "definitions":{"id":{"type":"string"},"b x":{"required":["id"],
              "properties":{"id":{"$ref":"#/definitions/id"}}}}}})")) == "id needed text");
    CHECK(members(only(R"({"schema":{"allOf":[{"properties":{"a":{}}},{"required":["a"]},
              {"properties":{"b":{}}}]}})")) == "a needed, b");
    CHECK(members(only(
              R"({"schema":{"allOf":[{"$ref":"#"},{"$ref":"#"}],"properties":{"a":{}}}})")) == "a");
}

TEST_CASE("without members that are named all of the row goes along, unless others are forbidden") {
    CHECK(members(only("{}")) == " *");
    CHECK(members(only(R"({"schema":{"type":"object","additionalProperties":true}})")) == " *");
    CHECK(members(only(R"({"schema":{"required":["a"]},"rooms":["b:{c}"]})")) ==
          "a needed, c needed *");
    CHECK(members(only(R"({"schema":{"additionalProperties":false}})")).empty());
    CHECK(members(only(R"({"schema":{"properties":{"a":{}},"additionalProperties":true}})")) ==
          "a");
    CHECK(members(only(R"({"schema":true})")) == " *");
}

TEST_CASE("the SQL takes what was read, and gives what emit() takes") {
    const auto emitters = read(R"({"seat:free":{"rooms":["library:{libraryId}"],"schema":{
        "properties":{"libraryId":{"type":"string"},"free":{"type":["integer","null"]}}}}})");
    const auto sql = emitters_sql(emitters);
    for (const char *part :
         {"CREATE OR REPLACE FUNCTION roomd.emit_seat_free(source anyelement, key text",
          "CREATE OR REPLACE FUNCTION roomd.emit_seat_free(source text, key text",
          "'libraryId', coalesce(given -> 'libraryId', given -> 'library_id'),\n",
          "'free', given -> 'free');", "jsonb_typeof(data -> 'libraryId') = 'number'",
          "CASE WHEN data -> 'libraryId' = 'null' THEN 'libraryId' END",
          "CASE WHEN given -> 'free' IS NULL THEN 'free' END", "?& ARRAY['libraryId']",
          "roomd.emit(event => 'seat:free', data => data, key => key, ttl => ttl)",
          "IS 'roomd emitter: seat:free';", "<> ALL (ARRAY['seat:free']::text[])",
          "SECURITY INVOKER SET search_path = pg_catalog, pg_temp", "FROM PUBLIC",
          "quote_ident(member)"})
        CHECK_MESSAGE(sql.find(part) != std::string::npos, part);
    CHECK(sql.find("jsonb_typeof(data -> 'free')") == std::string::npos);
    CHECK(count(sql, "\nBEGIN;\n") == 1);
    CHECK(sql.ends_with("\nCOMMIT;\n"));
}

TEST_CASE("an event without members, and no event at all, are SQL too") {
    CHECK(emitters_sql(read(R"({"a":{}})")).find("data => given, ") != std::string::npos);
    CHECK(emitters_sql(read(R"({"a":{"rooms":["b:{c}"]}})")).find("data => given || data, ") !=
          std::string::npos);
    const auto none = emitters_sql(read("{}"));
    CHECK(none.find("ARRAY[]::text[]") != std::string::npos);
    CHECK(none.find("GRANT") == std::string::npos);
}

TEST_CASE("a call of jsonb_build_object() has no more arguments than a server takes") {
    std::string properties;
    for (int i = 0; i < 101; ++i)
        properties += (i > 0 ? ",\"p" : "\"p") + std::to_string(i) + "\":{}";
    const auto sql =
        emitters_sql(read((R"({"a":{"schema":{"properties":{)" + properties + "}}}}").c_str()));
    CHECK(count(sql, "jsonb_build_object(") == 3);
}

TEST_CASE("what an event or a member is called ends no literal") {
    const auto sql =
        emitters_sql(read(R"({"it's $emitter$ \\ ":{"schema":{"properties":{"o'clock":{}}}}})"));
    CHECK(sql.find(R"(E'it''s $emitter$ \\ ')") != std::string::npos);
    CHECK(sql.find("'o''clock', coalesce(given -> 'o''clock', given -> 'o_clock')") !=
          std::string::npos);
    CHECK(count(sql, "$emitter_$") == 4); // around what holds the other
}

TEST_CASE("text and names are quoted whatever is in them") {
    CHECK(sql_text("a'b") == "'a''b'");
    CHECK(sql_text("a\\'b") == R"(E'a\\''b')");
    CHECK(sql_text("a\nb\x1b") == R"(E'a\x0ab\x1b')");
    CHECK_THROWS_AS(sql_text(std::string_view("a\0b", 3)), roomd::Failure);
    CHECK(sql_name("odd \"name\"") == R"("odd ""name""")");
    CHECK_THROWS_AS(sql_name(""), roomd::Failure);
    CHECK_THROWS_AS(sql_name("a\nb"), roomd::Failure);
    CHECK_THROWS_AS(sql_name(std::string(64, 'x')), roomd::Failure);
    CHECK(sql_name(std::string(63, 'x')).size() == 65);
}

TEST_CASE("what comes from a database cannot disturb a terminal") {
    CHECK(shown("a\x1b[2J\nb\t") == "a?[2J b");
    CHECK(shown("\xc2\x9b"
                "31m\xc3\xa4") == "?31m\xc3\xa4");
    const auto cut = shown(std::string(300, 'x'), 20);
    CHECK(cut == std::string(17, 'x') + "...");
}

TEST_CASE("sizes and times are told in a unit that one can read") {
    CHECK(size_of(0) == "0 bytes");
    CHECK(size_of(65536) == "64 KiB");
    CHECK(size_of(5LL << 30) == "5 GiB");
    CHECK(time_of(0.25) == "250 ms");
    CHECK(time_of(-1) == "0 ms");
    CHECK(time_of(90) == "90 s");
    CHECK(time_of(5400) == "90 min");
    CHECK(time_of(200000) == "2 days");
    CHECK(counted(1, "row", "rows") == "1 row");
    CHECK(counted(0, "row", "rows") == "0 rows");
}
