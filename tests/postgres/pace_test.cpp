#include "postgres/pace.hpp"

#include <doctest/doctest.h>

using roomd::postgres::Pace;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

const Pace::Clock::time_point start{std::chrono::hours(1)};

milliseconds rest(Pace &pace) {
    pace.looks(start);
    return pace.rest(start, milliseconds(20), milliseconds(250));
}

} // namespace

TEST_CASE("rests grow while there is no work, and are short again after some") {
    Pace pace;
    CHECK(rest(pace) == milliseconds(20));
    CHECK(rest(pace) == milliseconds(40));
    CHECK(rest(pace) == milliseconds(80));
    CHECK(rest(pace) == milliseconds(160));
    CHECK(rest(pace) == milliseconds(250));
    CHECK(rest(pace) == milliseconds(250));
    pace.found_work();
    CHECK(rest(pace) == milliseconds(20));
}

TEST_CASE("the time a query takes is not rest") {
    Pace pace;
    pace.looks(start);
    CHECK(pace.rest(start + milliseconds(15), milliseconds(20), milliseconds(250)) ==
          milliseconds(5));
    pace.looks(start);
    CHECK(pace.rest(start + seconds(3), milliseconds(20), milliseconds(250)) == milliseconds(1));
}

TEST_CASE("a daemon reports at once, and then every ten seconds") {
    Pace pace;
    CHECK(pace.report_is_due(start));
    pace.reports(start);
    CHECK_FALSE(pace.report_is_due(start + milliseconds(9999)));
    CHECK(pace.report_is_due(start + seconds(10)));
}

TEST_CASE("the log is trimmed once an hour, and a connection that comes back changes nothing") {
    Pace pace;
    pace.begin_trimming(start + minutes(5));
    pace.begin_trimming(start + minutes(9));
    CHECK_FALSE(pace.trim_is_due(start + minutes(4)));
    CHECK(pace.trim_is_due(start + minutes(5)));
    pace.trims(start + minutes(5));
    pace.begin_trimming(start + minutes(9));
    CHECK_FALSE(pace.trim_is_due(start + minutes(64)));
    CHECK(pace.trim_is_due(start + minutes(65)));
}
