#include "postgres/mapping.hpp"
#include "postgres/settings.hpp"

#include <doctest/doctest.h>

#include <string>
#include <variant>

using namespace roomd::postgres;
using nlohmann::json;

namespace {

Mapping mapping(const char *text) {
    auto read = Mapping::read(json::parse(text));
    REQUIRE(std::holds_alternative<Mapping>(read));
    return std::get<Mapping>(std::move(read));
}
Mapping::Mapped made(const char *text, std::string_view payload) {
    auto out = mapping(text).apply(payload);
    REQUIRE(std::holds_alternative<Mapping::Mapped>(out));
    return std::get<Mapping::Mapped>(std::move(out));
}
std::string unfit(const char *text, std::string_view payload) {
    const auto out = mapping(text).apply(payload);
    REQUIRE(std::holds_alternative<Unfit>(out));
    return std::get<Unfit>(out).code;
}
std::string fault(const char *text) {
    const auto read = Mapping::read(json::parse(text));
    REQUIRE(std::holds_alternative<Mapping::Fault>(read));
    return std::get<Mapping::Fault>(read).pointer;
}

// The faults of a section, "pointer|hint;".
std::string faults(const std::string &section) {
    std::string seen;
    roomd::Faults all(
        [](void *user, roomd_str pointer, roomd_str text, roomd_str) {
            *static_cast<std::string *>(user) +=
                std::string(roomd::view(pointer)) + "|" + std::string(roomd::view(text)) + ";";
        },
        &seen);
    read_settings(section, all);
    return seen;
}
Settings settings(const std::string &section) {
    roomd::Faults none(nullptr, nullptr);
    auto out = read_settings(section, none);
    CHECK_FALSE(none.any());
    return out;
}

} // namespace

TEST_CASE("a mapping makes event, rooms and data from a payload") {
    const auto out = made(R"({"event":"seat:{kind}","rooms":["library:{lib/id}","role:staff"],
        "data":{"id":"{lib/id}","free":"{free}","text":"seat {no} is {{free}}","all":"{}","n":[1,"{no}"]}})",
                          R"({"kind":"changed","lib":{"id":"a1"},"free":true,"no":7})");
    CHECK(out.event == "seat:changed");
    CHECK(out.rooms == std::vector<std::string>{"library:a1", "role:staff"});
    CHECK(json::parse(out.args) == json::parse(R"([{"id":"a1","free":true,"text":"seat 7 is {free}",
        "all":{"kind":"changed","lib":{"id":"a1"},"free":true,"no":7},"n":[1,7]}])"));
}

TEST_CASE("without data the payload goes through as it came") {
    const auto out = made(R"({"event":"e:x"})", R"({"a": 1.50, "a": 12345678901234567890})");
    CHECK(out.args == R"([{"a": 1.50, "a": 12345678901234567890}])");
    CHECK(out.rooms.empty());
    CHECK(made(R"({"event":"e:x"})", "7").args == "[7]");
}

TEST_CASE("a payload that does not fit says why") {
    CHECK(unfit(R"({"event":"e:x"})", "not json") == "json_malformed");
    CHECK(unfit(R"({"event":"e:x"})", "") == "json_malformed");
    CHECK(unfit(R"({"event":"e:x"})", R"({"a":1e400})") == "json_malformed");
    CHECK(unfit(R"({"event":"e:x","rooms":["a:{id}"]})", "{}") == "field_missing");
    CHECK(unfit(R"({"event":"e:x","rooms":["a:{id}"]})", R"({"id":null})") == "field_invalid");
    CHECK(unfit(R"({"event":"e:x","rooms":["a:{id}"]})", R"({"id":[1]})") == "field_invalid");
    CHECK(unfit(R"({"event":"e:x","rooms":["a:{id}"]})", "[]") == "field_missing");
    CHECK(unfit(R"({"event":"e:x","data":"{id}"})", "{}") == "field_missing");
    CHECK(unfit(R"({"event":"e:x"})", std::string(200, '[') + std::string(200, ']')) ==
          "json_too_deep");
    CHECK(made(R"({"event":"e:x","data":"{id}"})", R"({"id":null})").args == "[null]");
}

TEST_CASE("a template that cannot be read is told with its place") {
    CHECK(fault(R"({"event":"e:{x"})") == "/event");
    CHECK(fault(R"({"event":"e:x","rooms":["a","b}"]})") == "/rooms/1");
    CHECK(fault(R"({"event":"e:x","data":{"a":[1,"{"]}})") == "/data/a/1");
}

TEST_CASE("a section of a connection string alone is the outbox with its defaults") {
    const auto out = settings(R"({"dsn":"postgresql://u:p@127.0.0.1/app"})");
    CHECK_FALSE(out.listen);
    REQUIRE(out.outbox);
    CHECK(out.outbox->batch == 500);
    CHECK(out.outbox->busy.count() == 20);
    CHECK(out.outbox->idle.count() == 250);
    CHECK(out.outbox->keep.count() == 86400000);
    CHECK(json::accept(std::string(R"({"a":1})")));
}

TEST_CASE("listen alone is listen alone, both are both") {
    const std::string listen = R"("listen":{"channels":{"seats":{},"b":{"event":"e:x"}}})";
    const auto one = settings(R"({"dsn":"host=h",)" + listen + "}");
    CHECK_FALSE(one.outbox);
    CHECK_FALSE(one.listen->channels.at("seats"));
    CHECK(one.listen->channels.at("b"));
    CHECK(settings(R"({"dsn":"host=h","outbox":{"keep_size":"2GiB"},)" + listen + "}")
              .outbox->keep_size == std::uint64_t{2} << 30);
}

TEST_CASE("what is wrong in a section is told with its place") {
    CHECK(faults("{}") == "/dsn|dsn is missing;");
    CHECK(faults(R"({"dsn":"host=h","probe":"10"})") ==
          "/probe|probe is a whole number and a unit;");
    CHECK(faults(R"({"dsn":"host=h","probe":"1ms"})") == "/probe|probe is from 100ms to 300000ms;");
    CHECK(faults(R"({"dsn":"host=h","listen":{"channels":{}}})") ==
          "/listen/channels|channels names no channel;");
    CHECK(faults(R"({"dsn":"host=h","listen":{"channels":{"a/b":{"event":"e:{x"}}}})") ==
          "/listen/channels/a~1b/event|a brace is not closed; write {{ for one that is text;");
    CHECK(faults(R"({"dsn":"host=h","listen":{"channels":{"a":{"evnt":"x"}}}})") ==
          "/listen/channels/a/evnt|a channel has event, rooms and data;");
    CHECK(faults(R"({"dsn":"host=h","outbox":{"keep_size":"20"}})") ==
          "/outbox/keep_size|keep_size is a whole number and a unit;");
}
