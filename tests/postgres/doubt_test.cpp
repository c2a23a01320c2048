#include "postgres/doubt.hpp"

#include <doctest/doctest.h>

using roomd::postgres::Doubt;
using Next = Doubt::Next;

TEST_CASE("a row that fails again when it is read alone is given up") {
    Doubt doubt;
    CHECK(doubt.limit(500) == 500);
    CHECK(doubt.failed(7, "22021") == Next::read_alone);
    CHECK(doubt.limit(500) == 1);
    CHECK(doubt.failed(7, "22021") == Next::give_row_up);
    CHECK(doubt.failed(8, "22P05") == Next::give_row_up); // the next one, read alone as well
}

TEST_CASE("behind a row that was given up rows are read in batches again after a while") {
    Doubt doubt;
    doubt.failed(7, "22021");
    for (int rows = 0; rows < 100; ++rows) {
        CHECK(doubt.limit(500) == 1);
        doubt.passed(1);
    }
    CHECK(doubt.limit(500) == 500);
    doubt.passed(500);
    CHECK(doubt.failed(600, "22021") == Next::read_alone);
}

TEST_CASE("what may heal has to fail on several connections before a row is given up") {
    Doubt doubt;
    for (int connection = 0; connection < 3; ++connection)
        CHECK(doubt.failed(7, "XX001") == Next::reconnect);
    CHECK(doubt.failed(7, "XX001") == Next::give_row_up);
    CHECK(doubt.failed(8, "XX001") == Next::reconnect);
}

TEST_CASE("an error that no row can be the reason of is the connection's") {
    Doubt doubt;
    for (const char *state : {"", "57014", "53200", "40001", "42501", "08006"})
        for (int again = 0; again < 9; ++again)
            CHECK(doubt.failed(7, state) == Next::reconnect);
    CHECK(doubt.limit(500) == 500);
}
