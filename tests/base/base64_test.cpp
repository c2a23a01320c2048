#include "base/base64.hpp"

#include <doctest/doctest.h>

using roomd::base::append_base64;
using roomd::base::base64;
using roomd::base::unbase64;

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
    CHECK(unbase64("Z") == "");         // six bits are no byte
    CHECK(unbase64("") == "");
    CHECK(unbase64("====") == "");
    CHECK(unbase64(std::string_view("Z\0g", 3)) == "f"); // NUL is foreign, not the end
}
