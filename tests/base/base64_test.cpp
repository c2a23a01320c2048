#include "base/base64.hpp"

#include <doctest/doctest.h>

using roomd::base::append_base64;
using roomd::base::base64;
using roomd::base::base64url;
using roomd::base::unbase64;
using roomd::base::unbase64url;

TEST_CASE("base64 is that of RFC 4648, padded") {
    CHECK(base64("") == "");
    CHECK(base64("f") == "Zg==");
    CHECK(base64("fo") == "Zm8=");
    CHECK(base64("foo") == "Zm9v");
    CHECK(base64("foob") == "Zm9vYg==");
    CHECK(base64("fooba") == "Zm9vYmE=");
    CHECK(base64("foobar") == "Zm9vYmFy");
    CHECK(base64("\xFB\xEF\xFF") == "++//");
}

TEST_CASE("base64 appends to what is there") {
    std::string out = "b";
    append_base64(out, "\x01\x02\x03\x04");
    CHECK(out == "bAQIDBA==");
}

TEST_CASE("every byte survives base64 and back") {
    std::string bytes;
    for (int i = 0; i < 256; ++i) {
        bytes += static_cast<char>(i);
        CHECK(unbase64(base64(bytes)) == bytes);
    }
}

TEST_CASE("decoding takes what Node takes") {
    CHECK(unbase64("Zm9vYg") == "foob");       // no padding
    CHECK(unbase64("--__") == "\xFB\xEF\xFF"); // URL-safe letters
    CHECK(unbase64("Zm\n9v !Ym\x80"
                   "Fy") == "foobar");  // foreign characters
    CHECK(unbase64("Zg==Zg==") == "f"); // ends at the first '='
    CHECK(unbase64("Z") == "");         // six bits do not make a byte
    CHECK(unbase64("") == "");
    CHECK(unbase64("====") == "");
    CHECK(unbase64(std::string_view("Z\0g", 3)) == "f"); // NUL is foreign, not the end
}

TEST_CASE("base64url is that of JOSE: other letters and no padding") {
    CHECK(base64url("") == "");
    CHECK(base64url("\xFB\xEF\xFF") == "--__");
    CHECK(base64url("f") == "Zg");
    CHECK(base64url("fo") == "Zm8");
    std::string bytes;
    for (int i = 0; i < 256; ++i) {
        bytes += static_cast<char>(i);
        CHECK(unbase64url(base64url(bytes)) == bytes);
    }
}

TEST_CASE("base64url has one text for the same bytes; every other is refused") {
    CHECK(unbase64url("Zm8") == "fo");
    CHECK(unbase64url("Zm9") == std::nullopt); // the last two bits are not zero
    CHECK(unbase64url("Zh") == std::nullopt);
    CHECK(unbase64url("Zm8=") == std::nullopt);
    CHECK(unbase64url("++//") == std::nullopt);
    CHECK(unbase64url("Z") == std::nullopt);
    CHECK(unbase64url("Zm9vY") == std::nullopt);
    CHECK(unbase64url("Zm 9v") == std::nullopt);
    CHECK(unbase64url("Zm9v\n") == std::nullopt);
    CHECK(unbase64url("Zm\x80v") == std::nullopt);
    CHECK(unbase64url(std::string_view("Zm\0v", 4)) == std::nullopt);
}
