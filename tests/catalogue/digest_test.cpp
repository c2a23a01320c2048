#include "catalogue/digest.hpp"

#include <doctest/doctest.h>
#include <string>
#include <vector>

using namespace roomd::catalogue;

namespace {

EventConf booking() {
    EventConf out;
    out.name = "booking:created";
    out.rooms = {"user:{userId}", "library:{libraryId}"};
    out.schema = R"({"type":"object","required":["a"],"properties":{"a":{},"b":{"minimum":1}}})";
    out.schema_source = "schemas/booking.json";
    return out;
}

EventConf news() {
    EventConf out;
    out.name = "news";
    return out;
}

} // namespace

TEST_CASE("a catalogue that means the same has the same canonical text") {
    EventConf other = booking();
    other.rooms = {"library:{libraryId}", "user:{userId}", "user:{userId}"};
    other.schema = "{\n \"properties\": {\"b\": {\"minimum\": 1.0}, \"a\": {}},\n"
                   " \"required\": [\"\\u0061\"], \"type\": \"object\"}";
    other.schema_source = "elsewhere.json";
    CHECK(canonical({booking(), news()}) == canonical({news(), other}));
    CHECK(canonical({}) == "[]");
}

TEST_CASE("each change that someone could notice is in the canonical text") {
    const auto differs = [](auto change) {
        EventConf changed = booking();
        change(changed);
        return canonical({booking()}) != canonical({changed});
    };
    CHECK(differs([](EventConf &event) { event.name = "booking:updated"; }));
    CHECK(differs([](EventConf &event) { event.rooms.pop_back(); }));
    CHECK(differs([](EventConf &event) { event.schema.clear(); }));
    CHECK(differs([](EventConf &event) { event.schema = "{}"; }));
    CHECK(differs([](EventConf &event) { event.droppable = true; }));
    CHECK(differs([](EventConf &event) { event.arguments = {"a"}; }));
    CHECK(canonical({booking()}) != canonical({booking(), news()}));
}
