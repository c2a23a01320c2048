#include "net/answered.hpp"

#include <doctest/doctest.h>

#include <string>

using roomd::net::request_id;

namespace {

const std::string trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

} // namespace

TEST_CASE("a request is named by X-Request-Id, of 1 to 128 visible ASCII characters") {
    CHECK(request_id("order-1", "") == "order-1");
    CHECK(request_id("order-1", trace) == "order-1");
    CHECK(request_id(std::string(128, 'x'), "").size() == 128);
    CHECK(request_id(std::string(129, 'x'), "").empty());
    CHECK(request_id("", "").empty());
    for (const char *wrong : {"two words", "tab\there", "line\r\nX-Evil: 1", "\xC3\xA4", "\x7F"})
        CHECK_MESSAGE(request_id(wrong, "").empty(), wrong);
}

TEST_CASE("else by a traceparent as the W3C writes it") {
    CHECK(request_id("", trace) == trace);
    CHECK(request_id("two words", trace) == trace);
    CHECK(request_id("", "01" + trace.substr(2) + "-more") == "01" + trace.substr(2) + "-more");
    const std::string zeros(32, '0');
    for (const std::string &wrong :
         {std::string("ff") + trace.substr(2), trace.substr(1), trace + "-more", trace + "1",
          "00-" + zeros + trace.substr(35), trace.substr(0, 36) + zeros.substr(16) + "-01",
          std::string("00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01"),
          "01" + trace.substr(2) + "-" + std::string(100, 'x')})
        CHECK_MESSAGE(request_id("", wrong).empty(), wrong);
}
