#include "base/percent.hpp"

#include <doctest/doctest.h>

#include <string>

using roomd::base::percent_decoded;

TEST_CASE("what is percent-encoded stands for bytes, and everything else for itself") {
    CHECK(percent_decoded("") == "");
    CHECK(percent_decoded("auth0%7C5f+a~b") == "auth0|5f+a~b");
    CHECK(percent_decoded("CORP%5cann%2Fx") == "CORP\\ann/x");
    CHECK(percent_decoded("%2525") == "%25"); // once
    CHECK(percent_decoded("%00") == std::string(1, '\0'));
    CHECK(percent_decoded("%C3%A4") == "\xC3\xA4");
    for (const char *broken : {"%", "a%4", "%4g", "%g4", "%%41", "% 41", "%-1"})
        CHECK_MESSAGE(!percent_decoded(broken), broken);
}
