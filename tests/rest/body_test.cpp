#include "rest/body.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace roomd;
using namespace roomd::rest;

namespace {

Wanted good(std::string_view body) {
    auto read = read_event(body, Members::all);
    if (const auto *problem = std::get_if<Problem>(&read)) {
        FAIL(problem->code << ": " << problem->message);
        return {};
    }
    return std::get<Wanted>(std::move(read));
}

// "422 code /pointer"
std::string bad(std::string_view body, Members members = Members::all) {
    const auto read = read_event(body, members);
    const auto *problem = std::get_if<Problem>(&read);
    if (problem == nullptr) return "taken";
    return std::to_string(problem->status) + " " + problem->code + " " + problem->pointer;
}

std::string message(std::string_view body) {
    const auto read = read_event(body, Members::all);
    const auto *problem = std::get_if<Problem>(&read);
    return problem == nullptr ? "" : problem->message;
}

Batch batch(std::string_view body, std::size_t most = 10) {
    auto read = read_batch(body, most);
    if (const auto *problem = std::get_if<Problem>(&read)) {
        FAIL(problem->code << ": " << problem->message);
        return {};
    }
    return std::get<Batch>(std::move(read));
}

std::string bad_batch(std::string_view body, std::size_t most = 10) {
    const auto read = read_batch(body, most);
    const auto *problem = std::get_if<Problem>(&read);
    if (problem == nullptr) return "taken";
    return std::to_string(problem->status) + " " + problem->code + " " + problem->pointer;
}

} // namespace

TEST_CASE("a text that was cut inside an emoji is taken as it is, as between clients") {
    const auto event = good(R"({"data":{"t":"ab\ud83d"},"event":"e","room":"r"})");
    CHECK(event.data == R"({"t":"ab\ud83d"})");
    CHECK(event.rooms == std::vector<std::string>{"r"});
    CHECK(batch(R"({"events":[{"event":"e","data":["\ude00", 5 ]},{"event":"f","data":"\ud83d"}]})")
              .events.at(1)
              .data == R"("\ud83d")");
    CHECK(good(R"({"event":"e\ud83d","data":1})").event == "e\xEF\xBF\xBD");
    CHECK(bad(R"({"event":"e","data":"\ud83d")") == "400 json_malformed ");
}

TEST_CASE("a number that no double holds is refused and named") {
    CHECK(message(R"({"event":"e","data":1e400})") ==
          "the body holds a number beyond what a double holds, before byte 25");
    CHECK(bad(R"({"event":"e","data":[-1e400]})") == "400 json_malformed ");
}

TEST_CASE("an event is read with all its members") {
    const auto event = good(R"({"event":"seat:availability","data":{"a":1},"rooms":["r","s"],
        "except":["t"],"volatile":true,"namespace":"/admin"})");
    CHECK(event.event == "seat:availability");
    CHECK(event.data == R"({"a":1})");
    CHECK(event.rooms == std::vector<std::string>{"r", "s"});
    CHECK(event.except == std::vector<std::string>{"t"});
    CHECK(event.droppable);
    CHECK(!event.broadcast);
    CHECK(event.nsp == "/admin");
    CHECK(!event.one_room);
}

TEST_CASE("the text of data goes through as it was written") {
    for (const std::string_view text :
         {R"({ "b" : [1, 2.50, {"x": "\u00e9\n}"}] })", "[]", "{}", "null", "true", "false", "0",
          "-1.5e+10", "12345678901234567890123", R"("a \" : , } b")", R"("")", "[[],{}]"}) {
        const auto first =
            std::string(R"({"data" : )") + std::string(text) + R"( , "event":"e","room":"r"})";
        CHECK(good(first).data == text);
        const auto last =
            std::string(R"({"event":"e","room":"r","data":)") + std::string(text) + "}";
        CHECK(good(last).data == text);
    }
}

TEST_CASE("the emit asks the catalogue, and never everyone unless told") {
    std::string args;
    const auto to_room = good(R"({"event":"e","data":1,"room":"r"})");
    auto raw = to_room.emit(args).raw();
    CHECK(raw.flags == ROOMD_EMIT_ROUTE);
    CHECK(args == "[1]");
    CHECK(raw.n_rooms == 1);
    const auto to_none = good(R"({"event":"e","data":1})");
    CHECK((to_none.emit(args).raw().flags & ROOMD_EMIT_ALL) == 0);
    const auto off = good(R"({"event":"e","data":1,"broadcast":false})");
    CHECK((off.emit(args).raw().flags & ROOMD_EMIT_ALL) == 0);
    const auto to_all = good(R"({"event":"e","data":1,"broadcast":true,"volatile":true})");
    CHECK(to_all.emit(args).raw().flags ==
          (ROOMD_EMIT_ROUTE | ROOMD_EMIT_ALL | ROOMD_EMIT_VOLATILE));
}

TEST_CASE("what is not JSON, or no object, is a 400") {
    for (const std::string_view text :
         {"", " ", "{", "nul", R"({"event":"e",})", "{\"a\":\"\xff\"}",
          R"({"event":"e","data":1,"room":"r"} x)", "{'a':1}", "\xef\xbb\xbf{", R"({"data":01})",
          "{\"a\":\"\n\"}"}) {
        CHECK(bad(text) == "400 json_malformed ");
    }
    for (const std::string_view text : {"[]", "1", "\"x\"", "null", "[{}]"})
        CHECK(bad(text) == "400 body_not_object ");
    CHECK(message(R"({"event":x})").find("byte 10") != std::string::npos);
}

TEST_CASE("nesting is bounded before anything recursive sees it") {
    const auto nested = [](std::size_t n) {
        return R"({"event":"e","room":"r","data":)" + std::string(n, '[') + std::string(n, ']') +
               "}";
    };
    CHECK(good(nested(127)).data.size() == 254);
    CHECK(bad(nested(128)) == "400 json_too_deep ");
    CHECK(bad(nested(100000)) == "400 json_too_deep ");
    CHECK(bad(R"({"x":)" + std::string(100000, '[')) == "400 json_too_deep ");
}

TEST_CASE("what is missing is named") {
    CHECK(bad(R"({"data":1,"room":"r"})") == "422 member_missing /event");
    CHECK(bad(R"({"event":"e","room":"r"})") == "422 member_missing /data");
    CHECK(bad(R"({"event":"","data":1})") == "422 event_invalid /event");
    CHECK(bad("{}") == "422 member_missing /event");
    CHECK(bad(R"({"event":"e","data":1})", Members::event_data_room) == "422 member_missing /room");
}

TEST_CASE("a member of the wrong type is named") {
    CHECK(bad(R"({"event":1,"data":1})") == "422 wrong_type /event");
    CHECK(bad(R"({"event":["e"],"data":1})") == "422 wrong_type /event");
    CHECK(bad(R"({"event":{"e":1},"data":1})") == "422 wrong_type /event");
    CHECK(bad(R"({"event":"e","data":1,"room":["r"]})") == "422 wrong_type /room");
    CHECK(bad(R"({"event":"e","data":1,"room":null})") == "422 wrong_type /room");
    CHECK(bad(R"({"event":"e","data":1,"rooms":"r"})") == "422 wrong_type /rooms");
    CHECK(bad(R"({"event":"e","data":1,"rooms":["r",1]})") == "422 wrong_type /rooms");
    CHECK(bad(R"({"event":"e","data":1,"rooms":[["r"]]})") == "422 wrong_type /rooms");
    CHECK(bad(R"({"event":"e","data":1,"rooms":[{"event":"x"}]})") == "422 wrong_type /rooms");
    CHECK(bad(R"({"event":"e","data":1,"rooms":[]})") == "422 rooms_empty /rooms");
    CHECK(bad(R"({"event":"e","data":1,"except":{"a":"b"}})") == "422 wrong_type /except");
    CHECK(bad(R"({"event":"e","data":1,"broadcast":"true"})") == "422 wrong_type /broadcast");
    CHECK(bad(R"({"event":"e","data":1,"volatile":1})") == "422 wrong_type /volatile");
    CHECK(bad(R"({"event":"e","data":1,"namespace":false})") == "422 wrong_type /namespace");
    CHECK(message(R"({"event":1,"data":1})") == "\"event\" is a string, not a number");
    CHECK(message(R"({"event":"e","data":1,"volatile":[]})") ==
          "\"volatile\" is true or false, not an array");
}

TEST_CASE("what the host would refuse without a word is named here") {
    const auto with = [](std::string_view member, const std::string &name) {
        return R"({"data":1,)" + std::string(member) + "\"" + name + "\"" +
               (member.back() == '[' ? "]}" : "}");
    };
    const std::string most(256, 'x'), more(257, 'x'), nul = "a\\u0000b";
    for (const auto &name : {more, nul}) {
        CHECK(bad(with(R"("event":)", name)) == "422 event_invalid /event");
        CHECK(bad(with(R"("event":"e","room":)", name)) == "422 room_invalid /room");
        CHECK(bad(with(R"("event":"e","rooms":[)", name)) == "422 room_invalid /rooms/0");
        CHECK(bad(with(R"("event":"e","room":"r","except":[)", name)) ==
              "422 room_invalid /except/0");
        CHECK(bad(with(R"("event":"e","room":"r","namespace":)", "/" + name)) ==
              "422 namespace_unknown /namespace");
    }
    CHECK(good(with(R"("room":"r","event":)", most)).event == most);
    CHECK(good(with(R"("event":"e","rooms":[)", most)).rooms.size() == 1);
    CHECK(bad(with(R"("event":"e","room":"r","namespace":)", "admin")) ==
          "422 namespace_unknown /namespace");
    CHECK(bad(with(R"("event":"e","room":"r","namespace":)", "/a*")) ==
          "422 namespace_unknown /namespace");
    CHECK(good(with(R"("event":"e","room":"r","namespace":)", "")).nsp.empty());
}

TEST_CASE("targets that contradict each other are refused") {
    CHECK(bad(R"({"event":"e","data":1,"room":"r","rooms":["s"]})") == "422 two_targets /rooms");
    CHECK(bad(R"({"event":"e","data":1,"room":"r","broadcast":true})") ==
          "422 two_targets /broadcast");
}

TEST_CASE("an unknown member is refused with the nearest name") {
    CHECK(bad(R"({"event":"e","data":1,"romo":"r"})") == "422 unknown_member /romo");
    CHECK(message(R"({"event":"e","data":1,"romo":"r"})").find("did you mean \"room\"?") !=
          std::string::npos);
    CHECK(message(R"({"event":"e","data":1,"xyzzyq":"r"})").find("did you mean") ==
          std::string::npos);
    CHECK(bad(R"({"event":"e","data":1,"a/b~c":1})") == "422 unknown_member /a~1b~0c");
    CHECK(bad(R"({"event":"e","data":1,"room":"r","broadcast":true})", Members::event_data_room) ==
          "422 unknown_member /broadcast");
    const auto endless = R"({"event":"e","data":1,")" + std::string(100000, 'x') + R"(":1})";
    CHECK(message(endless).size() < 200);
}

TEST_CASE("a member that stands twice is refused, so that nobody is asked about another room") {
    CHECK(bad(R"({"event":"e","data":1,"room":"r","room":"s"})") == "422 member_twice /room");
    CHECK(bad(R"({"event":"e","data":1,"room":"r","\u0072oom":"s"})") == "422 member_twice /room");
    CHECK(good(R"({"event":"e","data":{"x":1,"x":2},"room":"r"})").data == R"({"x":1,"x":2})");
}

TEST_CASE("too many rooms are refused") {
    std::string rooms = R"(["a")";
    for (std::size_t i = 1; i < max_rooms; ++i)
        rooms += R"(,"a")";
    CHECK(good(R"({"event":"e","data":1,"rooms":)" + rooms + "]}").rooms.size() == max_rooms);
    CHECK(bad(R"({"event":"e","data":1,"rooms":)" + rooms + R"(,"b"]})") ==
          "422 too_many_rooms /rooms");
}

TEST_CASE("a batch is read, and each event has its own fault") {
    const auto read = batch(R"({"atomic":true,"events":[
        {"event":"a","data":[1,{"events":[]}],"room":"r"}, 7, {"event":"b","data":1,"rom":"r"},
        [{"event":"x"}], {"data":"d","rooms":["s"],"event":"c"}]})");
    CHECK(read.atomic);
    REQUIRE(read.events.size() == 5);
    CHECK(!read.events[0].problem);
    CHECK(read.events[0].data == R"([1,{"events":[]}])");
    CHECK(read.events[1].problem->code == "event_not_object");
    CHECK(read.events[2].problem->pointer == "/rom");
    CHECK(read.events[3].problem->code == "event_not_object");
    CHECK(!read.events[4].problem);
    CHECK(read.events[4].data == R"("d")");
    CHECK(read.events[4].rooms == std::vector<std::string>{"s"});
}

TEST_CASE("a batch that is none is refused whole") {
    CHECK(bad_batch("[]") == "400 body_not_object ");
    CHECK(bad_batch("{}") == "422 member_missing /events");
    CHECK(bad_batch(R"({"events":[]})") == "422 batch_empty /events");
    CHECK(bad_batch(R"({"events":{}})") == "422 wrong_type /events");
    CHECK(bad_batch(R"({"events":"x"})") == "422 wrong_type /events");
    CHECK(bad_batch(R"({"events":[],"atomic":1})") == "422 wrong_type /atomic");
    CHECK(bad_batch(R"({"events":[],"event":1})") == "422 unknown_member /event");
    CHECK(bad_batch(R"({"events":[],"events":[]})") == "422 member_twice /events");
    CHECK(bad_batch(R"({"atomic":true,"events":[],"atomic":false})") == "422 member_twice /atomic");
    CHECK(bad_batch(R"({"events":[{},{},{}]})", 2) == "413 batch_too_big /events");
    CHECK(bad_batch(R"({"events":[{"event":"e"}})") == "400 json_malformed ");
}

TEST_CASE("the core's pointers become places in the body") {
    Wanted one, many;
    one.one_room = true;
    CHECK(pointer_in(one, "/rooms/0") == "/room");
    CHECK(pointer_in(many, "/rooms/3") == "/rooms/3");
    CHECK(pointer_in(many, "/data/seatId") == "/data/seatId");
    CHECK(pointer_in(many, "/nsp") == "/namespace");
    CHECK(pointer_in(many, "") == "");
}
