#include "metrics/busiest.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace roomd;

TEST_CASE("the busiest names come first") {
    metrics::Busiest busiest;
    for (const char *name : {"a", "b", "b", "c", "b", "c"})
        busiest.add(name);
    const auto first = busiest.first(2);
    REQUIRE(first.size() == 2);
    CHECK(first[0].name == "b");
    CHECK(first[0].count == 3);
    CHECK(first[0].error == 0);
    CHECK(first[1].name == "c");
    busiest.clear();
    CHECK(busiest.first(2).empty());
}

TEST_CASE("a name that is really busy is found among any number of others, in bounded memory") {
    metrics::Busiest busiest;
    for (int i = 0; i < 10000; ++i) {
        busiest.add("room:" + std::to_string(i));
        if (i % 10 == 0) busiest.add("busy"); // one in eleven
    }
    CHECK(busiest.first(1000).size() == metrics::Busiest::places);
    const auto first = busiest.first(1).front();
    CHECK(first.name == "busy");
    CHECK(first.count >= 1000);
    CHECK(first.count - first.error <= 1000);
}

TEST_CASE("of a long name only the beginning is kept") {
    metrics::Busiest busiest;
    busiest.add(std::string(10000, 'x'));
    CHECK(busiest.first(1).front().name.size() == metrics::Busiest::longest);
}
