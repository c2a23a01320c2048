#include "start.hpp"
#include "webhook/standing.hpp"

#include <doctest/doctest.h>

using namespace roomd::webhook;
using roomd::test::start;

namespace {

constexpr Milliseconds away(100);

} // namespace

TEST_CASE("what goes on failing for long degrades, and what works again does not") {
    Standing standing;
    CHECK(standing.bad("acks", "refused", start));
    CHECK_FALSE(standing.bad("acks", "HTTP 500", start + Milliseconds(99)));
    CHECK(standing.degraded(away).empty());
    CHECK_FALSE(standing.bad("acks", "HTTP 502", start + away));
    CHECK(standing.degraded(away) == "acks: HTTP 502");
    standing.good("events");
    CHECK_FALSE(standing.degraded(away).empty());
    standing.good("acks");
    CHECK(standing.degraded(away).empty());
}

TEST_CASE("one failure after which nobody asks again never degrades") {
    Standing standing;
    standing.bad("verdicts", "HTTP 500", start);
    standing.bad("acks", "refused", start + Milliseconds(1000));
    CHECK(standing.degraded(away).empty());
}

TEST_CASE("what stays until somebody does something degrades at once") {
    Standing standing;
    CHECK(standing.stuck("lifecycle", "full", start));
    CHECK(standing.degraded(away) == "lifecycle: full");
    CHECK_FALSE(standing.bad("lifecycle", "away", start));
    CHECK(standing.degraded(away).empty());
}
