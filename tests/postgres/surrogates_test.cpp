#include "postgres/surrogates.hpp"

#include <doctest/doctest.h>

using roomd::postgres::without_halves;

TEST_CASE("half of a surrogate pair becomes the replacement character, in as many bytes") {
    CHECK(without_halves(R"("\ud83d")") == R"("\ufffd")");
    CHECK(without_halves(R"("\uDE00")") == R"("\ufffd")");
    CHECK(without_halves(R"("\ud83d\ud83d\ude00")") == R"("\ufffd\ud83d\ude00")");
    CHECK(without_halves(R"("\ud83dx\ude00")") == R"("\ufffdx\ufffd")");
    CHECK(without_halves(R"("\ud83d\n")") == R"("\ufffd\n")");
}

TEST_CASE("whole pairs, other escapes and text that only looks like one stay") {
    for (const char *same : {R"("\ud83d\ude00")", R"("\u00e4\\ud83d\"")", R"("\\\\ud83d")", R"({})",
                             "", R"("\)", R"("\u)", R"("\ud8)", R"("\uzzzz")", R"("\u0000\u+123")"})
        CHECK_MESSAGE(without_halves(same) == same, same);
}
