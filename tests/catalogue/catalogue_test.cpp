#include "catalogue/catalogue.hpp"

#include <doctest/doctest.h>
#include <string>
#include <vector>

using namespace roomd;
using namespace roomd::catalogue;

namespace {

constexpr const char *seat = R"({
  "type": "object",
  "properties": { "seatId": { "type": "integer" } }
})";

EventConf event(const std::string &name, std::vector<std::string> rooms,
                const std::string &schema = "") {
    EventConf out;
    out.name = name;
    out.rooms = std::move(rooms);
    out.schema = schema;
    if (!schema.empty()) out.schema_source = "schemas/seat.json";
    return out;
}

Catalogue build(const std::vector<EventConf> &events) {
    std::vector<EventFault> faults;
    auto out = Catalogue::build(events, faults);
    REQUIRE(faults.empty());
    return out;
}

std::vector<EventFault> faults(const std::vector<EventConf> &events) {
    std::vector<EventFault> out;
    Catalogue::build(events, out);
    return out;
}

// "<code> <pointer> <text>", or the rooms.
std::string told(const Routed &routed) {
    if (routed.code != nullptr) {
        CHECK(routed.rooms.empty());
        return std::string(routed.code) + ' ' + routed.pointer + ' ' + routed.text;
    }
    std::string out;
    for (const std::string &room : routed.rooms)
        (out += out.empty() ? "" : " ") += room;
    return out;
}

} // namespace

TEST_CASE("an event goes to the rooms of its templates, each once") {
    const auto catalogue =
        build({event("booking:created", {"user:{userId}", "library:{libraryId}", "role:staff"}),
               event("shared", {"user:{a}", "user:{b}", "user:{all}"})});
    CHECK(told(catalogue.route("booking:created", R"({"libraryId":"l1","userId":7})")) ==
          "user:7 library:l1 role:staff");
    CHECK(told(catalogue.route("shared", R"({"a":"x","b":"x","all":["y","x"]})")) ==
          "user:x user:y");
    std::string all = "\"x\"";
    for (int i = 0; i < 500; ++i)
        all += ",\"u" + std::to_string(i % 250) + '"';
    CHECK(catalogue.route("shared", R"({"a":"x","b":"x","all":[)" + all + "]}").rooms.size() ==
          251);
}

TEST_CASE("one event does not go to more rooms than an emit may name") {
    const auto catalogue = build({event("a", {"x:{list}", "y:{list}"})});
    std::string list = "0";
    for (int i = 1; i < 501; ++i)
        list += ',' + std::to_string(i);
    CHECK(told(catalogue.route("a", "{\"list\":[" + list + "]}")) ==
          "room_field_invalid /data must not give more than 1000 rooms");
    CHECK(catalogue.route("a", "{\"list\":[" + list.substr(2) + "]}").rooms.size() == 1000);
}

TEST_CASE("an event whose lists are all empty is refused: it would reach nobody") {
    const auto catalogue = build({event("a", {"x:{list}", "y:{list}"}), event("b", {})});
    CHECK(told(catalogue.route("a", R"({"list":[]})")) ==
          "room_field_invalid /data must give at least one room: its lists of ids are empty");
    CHECK(told(catalogue.route("b", R"({"list":[]})")) == ""); // its sender names the rooms
}

TEST_CASE("data that does not fit is refused before any room is chosen") {
    const auto catalogue = build({event("seat:taken", {"library:{libraryId}"}, seat)});
    CHECK(told(catalogue.route("seat:taken", R"({"seatId":"7","libraryId":"l1"})")) ==
          "schema_mismatch /data/seatId must be integer "
          "(schemas/seat.json#/properties/seatId/type)");
    CHECK(
        told(catalogue.route("seat:taken", R"({"seatId":7})")) ==
        "room_field_missing /data/libraryId is missing: the room \"library:{libraryId}\" needs it");
    CHECK(told(catalogue.route("seat:taken", R"({"a":1,"a":2})")) ==
          "schema_mismatch /data/a is a duplicate member (schemas/seat.json)");
    CHECK(told(catalogue.route("seat:taken", R"({"seatId":7,"libraryId":"l1"})")) == "library:l1");
}

TEST_CASE("with rooms that were given the schema holds, and no field is needed") {
    const auto catalogue = build({event("seat:taken", {"library:{libraryId}"}, seat)});
    CHECK(told(catalogue.route("seat:taken", "{}", Catalogue::Rooms::given)) == "");
    CHECK(told(catalogue.route("seat:taken", "1", Catalogue::Rooms::given)) ==
          "schema_mismatch /data must be object (schemas/seat.json#/type)");
}

TEST_CASE("an event that is not known is refused with the one that was meant") {
    const auto catalogue = build({event("booking:created", {}), event("booking:cancelled", {})});
    CHECK(catalogue.knows("booking:created"));
    CHECK_FALSE(catalogue.knows("booking"));
    CHECK(catalogue.size() == 2);
    CHECK(told(catalogue.route("booking:craeted", "{}")) ==
          "event_unknown /event the catalogue does not know \"booking:craeted\"; did you mean "
          "\"booking:created\"?");
    CHECK(told(catalogue.route("weather", "{}")) ==
          "event_unknown /event the catalogue does not know \"weather\"");
    CHECK(told(Catalogue().route("weather", "{}")) ==
          "event_unknown /event the catalogue does not know \"weather\"");
    CHECK(catalogue.nearest("booking:create") == "booking:created");
    CHECK(told(catalogue.route(std::string(1000000, 'x'), "{}")).size() < 200);
    CHECK(told(catalogue.route("a\nb", "{}")) ==
          "event_unknown /event the catalogue does not know \"a?b\"");
}

TEST_CASE("volatile events are told as such") {
    auto lossy = event("seat:availability", {"library:{libraryId}"});
    lossy.droppable = true;
    const auto catalogue = build({lossy, event("booking:created", {})});
    CHECK(catalogue.route("seat:availability", R"({"libraryId":"l1"})").droppable);
    CHECK_FALSE(catalogue.route("booking:created", "1").droppable);
}

TEST_CASE("names that no event may have are faults") {
    for (const char *reserved : {"connect", "connect_error", "disconnect", "disconnecting",
                                 "newListener", "removeListener"}) {
        const auto found = faults({event(reserved, {})});
        REQUIRE(found.size() == 1);
        CHECK(found[0].part == EventFault::Part::name);
        CHECK(found[0].what == "this event name is reserved");
    }
    CHECK(faults({event("", {})}).at(0).what == "an event name must not be empty");
    CHECK(faults({event(std::string(257, 'a'), {})}).size() == 1);
    CHECK(faults({event(std::string(256, 'a'), {})}).empty());
    CHECK(faults({event("booking:*", {})}).at(0).what ==
          "an event name must not contain \"*\": each event has an entry of its own");
    CHECK(faults({event("a\nb", {})}).at(0).what ==
          "an event name must not contain control characters");
    CHECK(faults({event("a\xff", {})}).at(0).what == "an event name must be UTF-8");
    const auto twice = faults({event("a", {}), event("a", {})});
    REQUIRE(twice.size() == 1);
    CHECK(twice[0].event == 1);
    CHECK(twice[0].what == "duplicate event");
}

TEST_CASE("faults of templates and schemas tell which") {
    const auto found =
        faults({event("good", {"a:b"}), event("bad", {"a:b", "c"}, "{\n\"oops\":1}")});
    REQUIRE(found.size() == 2);
    CHECK(found[0].event == 1);
    CHECK(found[0].part == EventFault::Part::room);
    CHECK(found[0].nth == 1);
    CHECK(found[0].what == "a room begins with its kind: \"library:{libraryId}\"");
    CHECK(found[1].event == 1);
    CHECK(found[1].part == EventFault::Part::schema);
    CHECK(found[1].schema.pointer == "/oops");
    CHECK(found[1].schema.line == 2);
    CHECK(found[1].schema.column == 1);
    CHECK(found[1].schema.what == "unknown keyword \"oops\"");
}

TEST_CASE("an argument of generated calls is a property of the schema, and stands once") {
    const auto told = [](std::vector<std::string> arguments, const std::string &schema) {
        EventConf conf = event("a", {}, schema);
        conf.arguments = std::move(arguments);
        std::string out;
        for (const EventFault &fault : faults({conf})) {
            CHECK(fault.part == EventFault::Part::argument);
            out += std::to_string(fault.nth) + ' ' + fault.what + '\n';
        }
        return out;
    };
    CHECK(told({"seatId"}, seat).empty());
    CHECK(told({"seatId", "seatid", "seatId"}, seat) ==
          "1 the schema has no property \"seatid\"; did you mean \"seatId\"?\n"
          "2 \"seatId\" stands twice\n");
    CHECK(told({"seatId"}, "") == "0 without a schema nothing says what \"seatId\" is\n");
    CHECK(
        told({"a", "b", "deeper"}, R"({"allOf":[{"$ref":"#/definitions/x"},{"properties":{"b":{}}}],
        "definitions":{"x":{"properties":{"a":{"properties":{"deeper":{}}}}}}})") ==
        "2 the schema has no property \"deeper\"\n");
}

TEST_CASE("a schema that several events share is told once") {
    CHECK(faults({event("a", {}, "{\"oops\":1}"), event("b", {}, "{\"oops\":1}")}).size() == 1);
    const auto catalogue = build({event("a", {}, seat), event("b", {}, seat)});
    CHECK(catalogue.route("b", "1").code == std::string("schema_mismatch"));
}

TEST_CASE("people are told where an event goes, or the line that refuses it") {
    auto taken = event("seat:taken", {"library:{libraryId}", "user:{all}"}, seat);
    taken.droppable = true;
    const auto catalogue = build({taken, event("hello", {})});
    CHECK(catalogue.explain("seat:taken", R"({"seatId":1,"libraryId":"l1","all":["a","b"]})") ==
          "schema: schemas/seat.json fits\n"
          "room: library:{libraryId} -> library:l1\n"
          "room: user:{all} -> user:a user:b\n"
          "volatile: yes\n"
          "taken");
    CHECK(catalogue.explain("seat:taken", R"({"seatId":"1"})") ==
          "schema: schemas/seat.json:3:39 refuses /data/seatId\n"
          "volatile: yes\n"
          "refused: schema_mismatch: /data/seatId must be integer "
          "(schemas/seat.json#/properties/seatId/type)");
    CHECK(catalogue.explain("seat:taken", R"({"libraryId":"l1"})") ==
          "schema: schemas/seat.json fits\n"
          "room: library:{libraryId} -> library:l1\n"
          "room: user:{all} -> none\n"
          "volatile: yes\n"
          "refused: room_field_missing: /data/all is missing: the room \"user:{all}\" needs it");
    CHECK(catalogue.explain("hello", "1") == "schema: none; any data is accepted\n"
                                             "rooms: none; the emit names them\n"
                                             "volatile: no\n"
                                             "taken");
    CHECK(catalogue.explain("helo", "1") ==
          "refused: event_unknown: /event the catalogue does not know \"helo\"; did you mean "
          "\"hello\"?");
}

TEST_CASE("a catalogue may be copied, and the copy outlives it") {
    Catalogue copy;
    {
        const auto first = build({event("seat:taken", {"library:{libraryId}"}, seat)});
        copy = first;
    }
    CHECK(told(copy.route("seat:taken", R"({"libraryId":"l1"})")) == "library:l1");
}
