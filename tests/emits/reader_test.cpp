#include "emits/reader.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace roomd::emits;

namespace {

Event good(std::string_view body) {
    auto read = read_event(body, Form::alone);
    if (const auto *problem = std::get_if<Problem>(&read)) {
        FAIL(problem->code << ": " << problem->message);
        return {};
    }
    return std::get<Event>(std::move(read));
}

// "422 code /pointer"
std::string bad(std::string_view body, Form form = Form::alone) {
    const auto read = read_event(body, form);
    const auto *problem = std::get_if<Problem>(&read);
    if (problem == nullptr) return "taken";
    return std::to_string(problem->status) + " " + problem->code + " " + problem->pointer;
}

std::string message(std::string_view body) {
    const auto read = read_event(body, Form::alone);
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
    CHECK(good(R"({"event":"e\ud83d","data":1})").name == "e\xEF\xBF\xBD");
    CHECK(bad(R"({"event":"e","data":"\ud83d")") == "400 json_malformed ");
}

TEST_CASE("a number that is too large for a double is refused and named") {
    CHECK(message(R"({"event":"e","data":1e400})") ==
          "the number at byte 21 is too large for a double");
    CHECK(bad(R"({"event":"e","data":[-1e400]})") == "400 json_malformed ");
}

TEST_CASE("an event is read with all its members") {
    const auto event = good(R"({"event":"seat:availability","data":{"a":1},"rooms":["r","s"],
        "except":["t"],"volatile":true,"namespace":"/admin"})");
    CHECK(event.name == "seat:availability");
    CHECK(event.data == R"({"a":1})");
    CHECK(event.rooms == std::vector<std::string>{"r", "s"});
    CHECK(event.except == std::vector<std::string>{"t"});
    CHECK(event.droppable);
    CHECK(!event.broadcast);
    CHECK(event.nsp == "/admin");
    CHECK(!event.one_room);
}

TEST_CASE("what may be left out may be given as its default, in any order and escaped") {
    for (const std::string_view body :
         {R"({"event":"e","data":1,"room":"a"})", R"({"data":1,"event":"e"})",
          R"({"event":"e","data":null,"rooms":["a"],"except":[]})",
          R"({"event":"e","data":1,"room":"a","volatile":false,"broadcast":false})",
          R"({"event":"e","data":1,"broadcast":true})", R"({"event":"e","data":1,"ro\u006fm":"a"})",
          R"({"event":"e","data":1e-400,"room":"a"})",
          R"({"event":"e","data":"\ud83d","room":"a"})"})
        CHECK_MESSAGE(bad(body) == "taken", body);
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

TEST_CASE("a body that is not a JSON object is a 400") {
    for (const std::string_view text :
         {"", " ", "{", "nul", R"({"event":"e",})", "{\"a\":\"\xff\"}",
          R"({"event":"e","data":1,"room":"r"} x)", "{} x", "{'a':1}", "\xef\xbb\xbf{",
          R"({"data":01})", "{\"a\":\"\n\"}"}) {
        CHECK(bad(text) == "400 json_malformed ");
    }
    for (const std::string_view text : {"[]", "1", "7", "\"x\"", "null", "[{}]"})
        CHECK(bad(text) == "400 body_not_object ");
    CHECK(message(R"({"event":x})").find("byte 10") != std::string::npos);
}

TEST_CASE("nothing ends a body early: a byte behind the object is a fault, and NUL too") {
    using namespace std::string_view_literals;
    CHECK(bad("{\"event\":\"e\",\"data\":1}\0"sv) == "400 json_malformed ");
    CHECK(message("{\"event\":\"e\",\"data\":1}\0 garbage"sv) ==
          "the body is not JSON: it goes wrong at byte 23");
    CHECK(bad("{\"event\":\"e\",\"data\":\0 1}"sv) == "400 json_malformed ");
    CHECK(bad_batch("{\"events\":[{\"event\":\"e\",\"data\":1}]}\0{}"sv) == "400 json_malformed ");
    CHECK(good("{\"event\":\"e\",\"data\":1}\r\n\t ").data == "1");
}

TEST_CASE("a byte order mark in front is skipped, as some senders write it") {
    const std::string mark = "\xEF\xBB\xBF";
    CHECK(good(mark + R"({"event":"e","data":1})").name == "e");
    CHECK(message(mark + R"({"event":x})").ends_with("at byte 13"));
    CHECK(batch(mark + R"({"events":[{"event":"e","data":1}]})").events.front().name == "e");
    CHECK(bad_batch(mark + mark + R"({"events":[]})") == "400 json_malformed ");
    CHECK(bad(mark) == "400 json_malformed ");
    CHECK(bad(mark + mark + "{}") == "400 json_malformed ");
    CHECK(bad("{" + mark + "}") == "400 json_malformed ");
}

TEST_CASE("the rooms that are null are not given") {
    const auto event = good(R"({"event":"e","data":1,"rooms":null})");
    CHECK(event.rooms.empty());
    CHECK(good(R"({"event":"e","data":1,"rooms":null,"room":"r"})").rooms.size() == 1);
    CHECK(good(R"({"event":"e","data":1,"broadcast":true,"rooms":null})").broadcast);
    CHECK(bad(R"({"event":"e","data":1,"rooms":null,"rooms":["r"]})") == "422 member_twice /rooms");
    CHECK(bad(R"({"event":"e","data":1,"rooms":[null]})") == "422 wrong_type /rooms");
    for (const char *other : {"event", "room", "except", "broadcast", "volatile", "namespace"}) {
        const std::string name = other;
        CHECK(bad("{\"" + name + "\":null,\"data\":1}") == "422 wrong_type /" + name);
    }
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
    CHECK(batch(R"({"events":[)" + nested(127) + "]}").events.front().data.size() == 254);
    CHECK(bad_batch(R"({"events":[)" + nested(128) + "]}") == "400 json_too_deep ");
}

TEST_CASE("what is missing is named") {
    CHECK(bad(R"({"data":1,"room":"r"})") == "422 member_missing /event");
    CHECK(bad(R"({"event":"e","room":"r"})") == "422 member_missing /data");
    CHECK(bad(R"({"event":"","data":1})") == "422 event_invalid /event");
    CHECK(bad("{}") == "422 member_missing /event");
    CHECK(bad(R"({"event":"e","data":1})", Form::to_room) == "422 member_missing /room");
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
    CHECK(bad(R"({"event":"e","data":1,"except":[null]})") == "422 wrong_type /except");
    CHECK(bad(R"({"event":"e","data":1,"broadcast":"true"})") == "422 wrong_type /broadcast");
    CHECK(bad(R"({"event":"e","data":1,"volatile":1})") == "422 wrong_type /volatile");
    CHECK(bad(R"({"event":"e","data":1,"namespace":false})") == "422 wrong_type /namespace");
    CHECK(message(R"({"event":1,"data":1})") == "\"event\" must be a string, not a number");
    CHECK(message(R"({"event":"e","data":1,"volatile":[]})") ==
          "\"volatile\" must be true or false, not an array");
}

TEST_CASE("names that the host refuses without a reason are refused with one") {
    const auto with = [](std::string_view member, const std::string &name) {
        return R"({"data":1,)" + std::string(member) + "\"" + name + "\"" +
               (member.back() == '[' ? "]}" : "}");
    };
    const std::string most(256, 'x'), more(257, 'x'), nul = "a\\u0000b";
    const std::string longest(320, 'x'), longer(321, 'x');
    for (const auto &name : {more, nul})
        CHECK(bad(with(R"("event":)", name)) == "422 event_invalid /event");
    for (const auto &name : {longer, nul}) {
        CHECK(bad(with(R"("event":"e","room":)", name)) == "422 room_invalid /room");
        CHECK(bad(with(R"("event":"e","rooms":[)", name)) == "422 room_invalid /rooms/0");
        CHECK(bad(with(R"("event":"e","room":"r","except":[)", name)) ==
              "422 room_invalid /except/0");
        CHECK(bad(with(R"("event":"e","room":"r","namespace":)", "/" + name)) ==
              "422 namespace_unknown /namespace");
    }
    CHECK(good(with(R"("room":"r","event":)", most)).name == most);
    CHECK(good(with(R"("event":"e","rooms":[)", longest)).rooms.size() == 1);
    CHECK(bad(with(R"("event":"e","room":"r","namespace":)", "admin")) ==
          "422 namespace_unknown /namespace");
    CHECK(bad(with(R"("event":"e","room":"r","namespace":)", "/a*")) ==
          "422 namespace_unknown /namespace");
    CHECK(good(with(R"("event":"e","room":"r","namespace":)", "")).nsp.empty());
}

TEST_CASE("the first fault in the body is told, and the name of the event all the same") {
    CHECK(bad(R"({"romo":1,"event":7,"data":1})") == "422 unknown_member /romo");
    CHECK(bad(R"({"event":7,"romo":1})") == "422 wrong_type /event");
    CHECK(bad(R"({"volatile":0})") == "422 wrong_type /volatile");
    CHECK(batch(R"({"events":[{"romo":1,"event":"named"}]})").events.front().name == "named");
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
    CHECK(bad(R"({"event":"e","data":1,"room":"r","broadcast":true})", Form::to_room) ==
          "422 unknown_member /broadcast");
    const auto endless = R"({"event":"e","data":1,")" + std::string(100000, 'x') + R"(":1})";
    CHECK(message(endless).size() < 200);
}

TEST_CASE("a duplicate member is refused, so that no guard is asked about another room") {
    CHECK(bad(R"({"event":"e","data":1,"data":2})") == "422 member_twice /data");
    CHECK(bad(R"({"event":"e","data":1,"room":"r","room":"s"})") == "422 member_twice /room");
    CHECK(bad(R"({"event":"e","data":1,"room":"r","\u0072oom":"s"})") == "422 member_twice /room");
    CHECK(good(R"({"event":"e","data":{"x":1,"x":2},"room":"r"})").data == R"({"x":1,"x":2})");
}

TEST_CASE("an event is durable, or not, or as its API key says") {
    const auto with = [](const std::string &value) {
        return R"({"event":"e","data":1,"durable":)" + value + "}";
    };
    CHECK(good(with("true")).durable == true);
    CHECK(good(with("false")).durable == false);
    CHECK_FALSE(good(R"({"event":"e","data":1})").durable.has_value());
    CHECK(bad(with("null")) == "422 wrong_type /durable");
    CHECK(bad(with("1")) == "422 wrong_type /durable");
    for (const Form form : {Form::by_operator, Form::to_room})
        CHECK(bad(R"({"durable":true,"event":"e","data":1,"room":"r"})", form) ==
              "422 unknown_member /durable");
}

TEST_CASE("an event has a key of 1 to 200 visible ASCII characters") {
    const auto with = [](const std::string &key) {
        return R"({"event":"e","data":1,"key":")" + key + "\"}";
    };
    CHECK(good(with("order-17")).key == "order-17");
    CHECK(good(with("\\u0041~!")).key == "A~!");
    CHECK(good(R"({"event":"e","data":1})").key.empty());
    CHECK(good(with(std::string(200, 'k'))).key.size() == 200);
    for (const std::string &key :
         {std::string(), std::string(201, 'k'), std::string("a b"), std::string("a\\u0000"),
          std::string("\\u007f"), std::string("\xC3\xA9"), std::string("a\\ud83d")})
        CHECK_MESSAGE(bad(with(key)) == "422 idempotency_key_invalid /key", key);
    for (const char *key : {"null", "1", "[\"k\"]"})
        CHECK(bad(R"({"event":"e","data":1,"key":)" + std::string(key) + "}") ==
              "422 wrong_type /key");
    CHECK(batch(R"({"events":[{"event":"e","data":1,"key":"k"},{"event":"e","data":1}]})")
              .events.front()
              .key == "k");
    // Where none is remembered a repeat would not be safe.
    for (const Form form : {Form::by_operator, Form::to_room})
        CHECK(bad(R"({"key":"k","event":"e","data":1,"room":"r"})", form) ==
              "422 unknown_member /key");
    CHECK(bad(R"({"event":"e","data":1,"rooms":["r"],"except":["s"],"volatile":true})",
              Form::by_operator) == "taken");
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

TEST_CASE("a body that is not a batch is refused as a whole") {
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

TEST_CASE("a place in the emit becomes a place in the body") {
    Event one, many;
    one.one_room = true;
    CHECK(place_in_body(one, "/rooms/0") == "/room");
    CHECK(place_in_body(many, "/rooms/3") == "/rooms/3");
    CHECK(place_in_body(many, "/data/seatId") == "/data/seatId");
    CHECK(place_in_body(many, "/nsp") == "/namespace");
    CHECK(place_in_body(many, "") == "");
    CHECK(place_in_body(many, "/key") == ""); // a header's
    many.key = "k";
    CHECK(place_in_body(many, "/key") == "/key");
}
