#include "start.hpp"
#include "webhook/line.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace roomd::webhook;
using roomd::test::start;

namespace {

constexpr auto in_time = Line::When::in_time;
constexpr auto at_once = Line::When::at_once;

Line::Bounds small() {
    Line::Bounds bounds;
    bounds.batch_events = 3;
    bounds.wait = Milliseconds(100);
    bounds.refusals = 2;
    return bounds;
}

std::string events(const std::string &batch) {
    const std::size_t at = batch.find("\"events\":");
    return batch.substr(at + 9, batch.size() - at - 10);
}

} // namespace

TEST_CASE("a batch goes when it is full, or when its first entry has waited") {
    Line line("e", "n", small());
    CHECK_FALSE(line.next());
    line.add("\"a\":1", start);
    CHECK(line.begin(start, in_time) == nullptr);
    CHECK(*line.next() == start + Milliseconds(100));
    const std::string *batch = line.begin(start + Milliseconds(100), in_time);
    REQUIRE(batch != nullptr);
    CHECK(*batch == R"({"kind":"events","epoch":"e","node":"n","events":[{"n":1,"a":1}]})");
    for (int i = 0; i < 4; ++i)
        line.add("\"b\":2", start);
    CHECK(line.begin(start + Milliseconds(500), in_time) == nullptr); // one at a time
    CHECK(line.accepted() == 1);
    batch = line.begin(start, in_time); // full
    REQUIRE(batch != nullptr);
    CHECK(events(*batch) == R"([{"n":2,"b":2},{"n":3,"b":2},{"n":4,"b":2}])");
    CHECK(line.accepted() == 3);
    CHECK(line.begin(start, in_time) == nullptr);
    batch = line.begin(start, at_once);
    REQUIRE(batch != nullptr);
    CHECK(events(*batch) == R"([{"n":5,"b":2}])");
    line.accepted();
    CHECK(line.empty());
    CHECK(line.bytes() == 0);
}

TEST_CASE("a batch ends with the entry that reaches its size") {
    Line::Bounds bounds = small();
    bounds.batch_bytes = 60; // the head alone has 51
    Line line("e", "n", bounds);
    for (int i = 0; i < 3; ++i)
        line.add("\"long\":\"0123456789\"", start);
    CHECK(events(*line.begin(start, at_once)) == R"([{"n":1,"long":"0123456789"}])");
}

TEST_CASE("a batch that failed is sent again as it was, when it is time") {
    Line line("e", "n", small());
    line.add("\"a\":1", start);
    const std::string first = *line.begin(start, at_once);
    line.failed(start + Milliseconds(700));
    line.add("\"a\":2", start);
    CHECK(*line.next() == start + Milliseconds(700));
    CHECK(line.begin(start + Milliseconds(699), at_once) == nullptr);
    CHECK(*line.begin(start + Milliseconds(700), in_time) == first);
}

TEST_CASE("over its bound the oldest entries become a gap, which goes first") {
    Line::Bounds bounds = small();
    bounds.bytes = 800;
    Line line("e", "n", bounds);
    line.add("\"a\":0", start);
    REQUIRE(line.begin(start, at_once) != nullptr); // what is under way is never dropped
    std::size_t dropped = 0;
    int added = 0;
    for (; dropped < 2; ++added)
        dropped += line.add("\"a\":1", start);
    CHECK(line.bytes() <= 800);
    line.accepted();
    const std::string got = events(*line.begin(start, at_once));
    CHECK(got.rfind(R"([{"n":3,"type":"gap","from":2,"to":3,"overflow":true},{"n":4,)", 0) == 0);
    line.accepted();
    while (line.begin(start, at_once) != nullptr)
        line.accepted();
    CHECK(line.bytes() == 0);
}

TEST_CASE("a batch that is stuck leaves room for what is new") {
    Line::Bounds bounds;
    bounds.bytes = 1000;
    Line line("e", "n", bounds);
    for (int i = 0; i < 20; ++i)
        line.add("\"a\":\"0123456789\"", start);
    REQUIRE(line.begin(start, at_once) != nullptr);
    for (int i = 0; i < 20; ++i)
        line.add("\"b\":\"0123456789\"", start);
    line.accepted();
    std::string last;
    while (const std::string *batch = line.begin(start, at_once)) {
        last = *batch;
        line.accepted();
    }
    CHECK(last.find("{\"n\":40,") != std::string::npos);
}

TEST_CASE("an entry that never fits is a gap") {
    Line::Bounds bounds = small();
    bounds.bytes = 100;
    Line line("e", "n", bounds);
    CHECK(line.add(std::string(200, 'x'), start) == 1);
    CHECK(*line.next() == start + Milliseconds(100));
    CHECK(events(*line.begin(start, at_once)) ==
          R"([{"n":1,"type":"gap","from":1,"to":1,"overflow":true}])");
}

TEST_CASE("a batch that is refused again and again is dropped and told of") {
    Line line("e", "n", small());
    line.add("\"a\":1", start);
    line.add("\"a\":2", start);
    REQUIRE(line.begin(start, at_once) != nullptr);
    const Time later = start + Milliseconds(500);
    CHECK(line.refused(422, later) == 0);
    REQUIRE(line.begin(later, in_time) != nullptr);
    CHECK(line.refused(422, later + Milliseconds(500)) == 2);
    CHECK(*line.next() == later + Milliseconds(500));
    line.add("\"a\":3", later);
    const std::string *batch = line.begin(later + Milliseconds(500), in_time);
    REQUIRE(batch != nullptr);
    CHECK(events(*batch) ==
          R"([{"n":2,"type":"gap","from":1,"to":2,"overflow":false,"refused":422},{"n":3,"a":3}])");
    // The gap is not lost when what tells of it is refused as well.
    line.refused(400, later);
    line.begin(later, at_once);
    CHECK(line.refused(400, later) == 1);
    CHECK(events(*line.begin(later, at_once)) ==
          R"([{"n":3,"type":"gap","from":1,"to":3,"overflow":false,"refused":400}])");
}

TEST_CASE("a batch that can go nowhere is told as a gap at once") {
    Line line("e", "n", small());
    line.add("\"a\":1", start);
    line.add("\"a\":2", start);
    REQUIRE(line.begin(start, at_once) != nullptr);
    line.add("\"a\":3", start);
    CHECK(line.lost(start) == 2);
    const std::string *const batch = line.begin(start, at_once);
    REQUIRE(batch != nullptr);
    CHECK(events(*batch) ==
          R"([{"n":2,"type":"gap","from":1,"to":2,"overflow":false},{"n":3,"a":3}])");
    line.accepted();
    CHECK(line.bytes() == 0);
}
