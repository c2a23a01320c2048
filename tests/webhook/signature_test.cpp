#include "webhook/signature.hpp"

#include <doctest/doctest.h>

using namespace roomd::webhook;

TEST_CASE("HMAC-SHA256 is that of RFC 4231") {
    CHECK(hmac_sha256("Jefe", "what do ya want for nothing?") ==
          "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    CHECK(hmac_sha256(std::string(131, '\xaa'),
                      "Test Using Larger Than Block-Size Key - Hash Key First") ==
          "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST_CASE("a signature covers the time and the body, and each secret signs") {
    const std::string now = hmac_sha256("one", "1700000000.{}");
    CHECK(signature({"one"}, 1700000000, "{}") == "t=1700000000,v1=" + now);
    CHECK(signature({"one", "two"}, 1700000000, "{}") ==
          "t=1700000000,v1=" + now + ",v1=" + hmac_sha256("two", "1700000000.{}"));
    CHECK(signature({"one"}, 1700000001, "{}").find(now) == std::string::npos);
}
