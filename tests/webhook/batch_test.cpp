#include "webhook/batch.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace roomd::webhook;

namespace {

std::string batch(const std::string &entries) {
    return batch_head("e", "n") + entries + std::string(batch_end);
}

} // namespace

TEST_CASE("what the backend refuses is told as a gap, from its first entry to its last") {
    const std::string two = batch(R"({"n":7,"type":"connect"},{"n":8,"type":"disconnect"})");
    CHECK(entries_of(two) == 2);
    CHECK(gap_in_place_of(two, 422) ==
          batch(R"({"n":8,"type":"gap","from":7,"to":8,"overflow":false,"refused":422})"));
    // An overflow in it is told, too.
    CHECK(
        gap_in_place_of(batch(gap_entry({3, 6, true, 0}) + R"(,{"n":7,"type":"connect"})"), 400) ==
        batch(R"({"n":7,"type":"gap","from":3,"to":7,"overflow":true,"refused":400})"));
    CHECK(gap_in_place_of(batch(gap_entry({3, 6, true, 0})), 400));
}

TEST_CASE("a gap that is refused itself has nothing in its place") {
    CHECK_FALSE(gap_in_place_of(batch(gap_entry({3, 6, false, 422})), 422));
    CHECK_FALSE(gap_in_place_of("{\"events\":[{]}", 422));
    CHECK_FALSE(gap_in_place_of("", 422));
    CHECK(entries_of("{\"events\":[{]}") == 0);
}

TEST_CASE("what clients nest as deeply as they may is counted") {
    const std::string deep = std::string(127, '[') + std::string(127, ']');
    CHECK(entries_of(batch("{\"n\":1,\"args\":" + deep + "}")) == 1);
}
