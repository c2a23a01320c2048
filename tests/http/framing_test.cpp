#include "http/framing.hpp"

#include <doctest/doctest.h>
#include <initializer_list>
#include <string>

using namespace roomd;
using http::Field;
using http::Framing;
using http::Refusal;

namespace {

// What is wrong with fields of HTTP/1.x, or nothing.
std::string fault(int minor, std::initializer_list<Field> fields, std::string_view authority = {}) {
    Framing framing(minor, authority);
    const Refusal *found = nullptr;
    for (const Field &field : fields)
        if (found == nullptr) found = framing.take(field);
    if (found == nullptr) found = framing.end();
    if (found == nullptr) return "";
    return std::to_string(found->status) + ' ' + std::string(found->code) + ": " +
           std::string(found->message);
}

Framing framing(int minor, std::initializer_list<Field> fields) {
    Framing out(minor, {});
    for (const Field &field : fields)
        CHECK(out.take(field) == nullptr);
    return out;
}

} // namespace

TEST_CASE("a field that must be one is named when it is repeated") {
    for (const char *name :
         {"Origin", "Content-Type", "Sec-WebSocket-Key", "Sec-WebSocket-Version"})
        CHECK(fault(1, {{name, "1"}, {name, "1"}}) ==
              "400 bad_header: " + std::string(name) + " is repeated");
    CHECK(fault(0, {{"Host", "a"}, {"HOST", "a"}}) == "400 bad_header: Host is repeated");
    CHECK(fault(1, {{"Content-Length", "1"}, {"content-length", "1"}}) ==
          "400 bad_header: Content-Length is repeated");
    CHECK(fault(1, {{"Transfer-Encoding", "chunked"}, {"Transfer-Encoding", "chunked"}}) ==
          "400 bad_header: Transfer-Encoding is repeated");
    CHECK(fault(0, {{"Connection", "a"}, {"Connection", "b"}, {"Upgrade", "a"}, {"Upgrade", "b"}})
              .empty());
}

TEST_CASE("HTTP/1.1 names one host, HTTP/1.0 one or none") {
    CHECK(fault(1, {}) == "400 bad_host: the Host header is missing");
    CHECK(fault(0, {}).empty());
    for (const char *host : {"a", "a.example:9250", "127.0.0.1", "[::1]:80", "a_b", "%61"})
        CHECK_MESSAGE(fault(1, {{"Host", host}}).empty(), host);
    for (const char *host :
         {"", "a, b", "a,b", "a b", "a/b", "u@a", "a?", "a#", "a\\b", "\xe4", "<a>"})
        for (const int minor : {0, 1})
            CHECK_MESSAGE(fault(minor, {{"Host", host}}) == "400 bad_host: Host is not one host",
                          host);
}

TEST_CASE("Host is the host that an absolute target names") {
    CHECK(fault(1, {{"Host", "A:80"}}, "a:80").empty());
    CHECK(fault(1, {{"Host", "a"}}, "a:80") ==
          "400 bad_host: Host and the target name different hosts");
    CHECK(fault(0, {}, "a:80").empty());
}

TEST_CASE("a length is at most twelve digits") {
    CHECK(framing(1, {{"Content-Length", "000000000042"}}).length() == 42);
    CHECK(framing(1, {{"Content-Length", "999999999999"}}).length() == 999999999999);
    CHECK(framing(1, {{"Content-Length", "0"}}).length() == 0);
    CHECK_FALSE(framing(1, {{"X", "0"}}).length());
    for (const char *text : {"", "0000000000000", "-1", "+1", "1 ", "1,1", "0x1", "1a", "/", ":"})
        CHECK_MESSAGE(fault(1, {{"Content-Length", text}}) ==
                          "400 bad_length: Content-Length is not a number",
                      text);
}

TEST_CASE("chunked is the one coding, of HTTP/1.1, and there is no length beside it") {
    CHECK(framing(1, {{"Transfer-Encoding", "Chunked"}}).chunked());
    CHECK_FALSE(framing(1, {}).chunked());
    for (const char *text :
         {"", "gzip", "chunked, chunked", "gzip, chunked", "chunked;a=b", "identity"})
        CHECK_MESSAGE(fault(1, {{"Transfer-Encoding", text}}) ==
                          "501 unknown_coding: the only Transfer-Encoding is chunked",
                      text);
    CHECK(fault(0, {{"Transfer-Encoding", "chunked"}}) ==
          "400 bad_length: HTTP/1.0 has no Transfer-Encoding");
    const Field length{"Content-Length", "0"}, coding{"Transfer-Encoding", "chunked"};
    const std::string both = "400 bad_length: both Content-Length and Transfer-Encoding";
    CHECK(fault(1, {length, coding}) == both);
    CHECK(fault(1, {coding, length}) == both);
}

TEST_CASE("a connection is kept when HTTP/1.1 does not say close, when HTTP/1.0 asks for it") {
    const auto kept = [](int minor, std::string_view value) {
        return framing(minor, {{"Connection", value}}).keep_alive();
    };
    CHECK(framing(1, {}).keep_alive());
    CHECK_FALSE(kept(1, "Close"));
    CHECK_FALSE(kept(1, "x,\tclose ,"));
    CHECK_FALSE(kept(1, "close, keep-alive"));
    CHECK_FALSE(framing(1, {{"Connection", "close"}, {"Connection", "upgrade"}}).keep_alive());
    CHECK(kept(1, "closed"));
    CHECK(kept(1, ""));
    CHECK_FALSE(framing(0, {}).keep_alive());
    CHECK(kept(0, "Keep-Alive"));
    CHECK_FALSE(kept(0, "close, keep-alive"));
    CHECK_FALSE(kept(0, "keep-alive, close"));
    CHECK(fault(0, {{"Connection", "keep alive"}}) ==
          "400 bad_header: Connection is not a list of tokens");
}

TEST_CASE("100-continue is the one expectation, and HTTP/1.0 has none") {
    CHECK(framing(1, {{"Expect", "100-Continue"}}).expects_continue());
    CHECK_FALSE(framing(1, {}).expects_continue());
    CHECK_FALSE(framing(0, {{"Expect", "100-continue"}}).expects_continue());
    CHECK(fault(1, {{"Expect", "100-continue, tea"}}) ==
          "417 unknown_expectation: the only expectation is 100-continue");
}
