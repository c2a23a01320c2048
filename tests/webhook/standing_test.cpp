#include "webhook/standing.hpp"

#include <doctest/doctest.h>

using namespace roomd::webhook;

TEST_CASE("what fails for long degrades, and what works again does not") {
    const Time start{std::chrono::hours(1)};
    const Milliseconds away(100);
    Standing standing;
    CHECK_FALSE(standing.next(start, away));
    CHECK(standing.bad("acks", "refused", start));
    CHECK_FALSE(standing.bad("acks", "HTTP 500", start + Milliseconds(60)));
    CHECK(standing.degraded(start + Milliseconds(99), away).empty());
    CHECK(*standing.next(start, away) == start + away);
    CHECK(standing.degraded(start + away, away) == "acks: HTTP 500");
    CHECK_FALSE(standing.next(start + away, away));
    standing.good("events");
    CHECK_FALSE(standing.degraded(start + away, away).empty());
    standing.good("acks");
    CHECK(standing.degraded(start + away, away).empty());
}
