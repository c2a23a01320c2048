#include "net/accept_encoding.hpp"

#include "vectors/vectors.hpp"

#include <doctest/doctest.h>

#include <string>

using roomd::net::takes_gzip;

TEST_CASE("gzip is taken where Accept-Encoding says so") {
    for (const char *header :
         {"gzip", "GZip", "x-gzip", "gzip, deflate, br", "br,gzip", " \tgzip\t ",
          "deflate , gzip;q=1", "gzip;q=0.001", "gzip; q=1.000", "gzip ;\tq=0.5", "gzip;Q=1.", "*",
          "*;q=0.1", "br, *", "identity;q=0.5, gzip;q=1.0, *;q=0", "identity;q=0, gzip",
          "gzip, identity", ",,gzip,", "zstd;level=3, gzip"})
        CHECK_MESSAGE(takes_gzip(header), header);
}

TEST_CASE("gzip is not taken where Accept-Encoding does not say so") {
    for (const char *header : {"",
                               " ",
                               ",",
                               ";",
                               "identity",
                               "br",
                               "deflate",
                               "gzipped",
                               "gzi",
                               "x-gzipp",
                               "g zip",
                               "gzip;q=0",
                               "gzip;q=0.000",
                               "GZIP;Q=0",
                               "gzip;q=0, *",
                               "*, gzip;q=0",
                               "*;q=0",
                               "br, *;q=0",
                               "identity, gzip;q=0.5",
                               "gzip;q=0.999, identity;q=1",
                               "\"gzip\"",
                               "gzip=1"})
        CHECK_MESSAGE(!takes_gzip(header), header);
}

TEST_CASE("a coding with an invalid weight does not count") {
    for (const char *weight : {"q=", "q", "q=2", "q=1.001", "q=-1", "q=.5", "q=0.0001", "q=0x1",
                               "q= 1", "q=\"1\"", "q=1e0", "level=1", "q=1;level=9", "x"}) {
        CHECK_MESSAGE(!takes_gzip("gzip;" + std::string(weight)), weight);
        CHECK_MESSAGE(!takes_gzip("*;" + std::string(weight)), weight);
    }
    CHECK(takes_gzip("gzip;q=1, br;q=nonsense"));
}

TEST_CASE("what clients really send is understood") {
    for (const auto &example : roomd::test::vectors("accept_encoding/takes"))
        CHECK_MESSAGE(takes_gzip(example.bytes), example.name);
    for (const auto &example : roomd::test::vectors("accept_encoding/refuses"))
        CHECK_MESSAGE(!takes_gzip(example.bytes), example.name);
}
