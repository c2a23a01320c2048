#include "fetch/freshness.hpp"

#include <doctest/doctest.h>

using namespace roomd;
using namespace roomd::fetch;
using namespace std::chrono_literals;

TEST_CASE("a document is fresh for its max-age, within bounds") {
    CHECK(fresh_for("public, max-age=21600, must-revalidate, no-transform") == 6h);
    CHECK(fresh_for("MAX-AGE=\"600\"") == 10min);
    CHECK(fresh_for("max-age=0") == 5min);
    CHECK(fresh_for("max-age=299") == 5min);
    CHECK(fresh_for("max-age=31536000") == 24h);
    CHECK(fresh_for("max-age=99999999999999999999999") == 24h);
}

TEST_CASE(
    "without a max-age a document is fresh for an hour, and where nothing may be kept briefly") {
    CHECK(fresh_for("") == 1h);
    CHECK(fresh_for("public, s-maxage=60, x-max-age=60") == 1h);
    CHECK(fresh_for("max-age=7200, no-store") == 5min);
    CHECK(fresh_for("no-cache,max-age=7200") == 5min);
    for (const char *bad : {"max-age=", "max-age=-5", "max-age=1h", "max-age=\"", "max-age= 5"})
        CHECK_MESSAGE(fresh_for(bad) == 5min, bad);
    CHECK(fresh_for(",,, ,") == 1h);
}
