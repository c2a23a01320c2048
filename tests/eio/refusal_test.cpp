#include "eio/refusal.hpp"

#include <doctest/doctest.h>

using roomd::eio::body;
using roomd::eio::message;
using roomd::eio::Refusal;
using roomd::eio::status;

TEST_CASE("each refusal says its code and sentence") {
    CHECK(body(Refusal::transport_unknown) == R"({"code":0,"message":"Transport unknown"})");
    CHECK(body(Refusal::session_unknown) == R"({"code":1,"message":"Session ID unknown"})");
    CHECK(body(Refusal::bad_method) == R"({"code":2,"message":"Bad handshake method"})");
    CHECK(body(Refusal::bad_request) == R"({"code":3,"message":"Bad request"})");
    CHECK(body(Refusal::forbidden) == R"({"code":4,"message":"Forbidden"})");
    CHECK(body(Refusal::unsupported_version) ==
          R"({"code":5,"message":"Unsupported protocol version"})");
}

TEST_CASE("only forbidden is 403") {
    for (int code = 0; code <= 5; ++code)
        CHECK(status(static_cast<Refusal>(code)) == (code == 4 ? 403 : 400));
}

TEST_CASE("a refused upgrade gets the sentence alone") {
    CHECK(message(Refusal::forbidden) == "Forbidden");
    CHECK(message(Refusal::session_unknown) == "Session ID unknown");
}

TEST_CASE("a hook's own words stay valid JSON") {
    CHECK(body(Refusal::forbidden, "no \"guests\"\n") ==
          R"({"code":4,"message":"no \"guests\"\u000a"})");
}
