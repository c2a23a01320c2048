// The small pure parts: members of a query, what makes an upgrade one.
#include "net/query.hpp"
#include "net/upgrade.hpp"

#include "wire.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace roomd;
using namespace roomd::test;

namespace {

// The views of a head are into the bytes.
struct Read {
    std::string bytes;
    http::Head head;
    explicit Read(std::string text) : bytes(std::move(text)) {
        REQUIRE(head.read(bytes, {}) == http::Head::Step::done);
    }
};

std::string code(const std::string &bytes) {
    const Read read(bytes);
    const auto refusal = net::check_websocket(read.head);
    return refusal ? std::string(refusal->code) : std::string();
}

} // namespace

TEST_CASE("the last of repeated query parameters counts, a missing one is nothing") {
    const http::Query query = http::parse_query("a=1&b=&a=2&c");
    CHECK(net::member(query, "a") == "2");
    CHECK(net::member(query, "b") == "");
    CHECK(net::member(query, "c") == "");
    CHECK_FALSE(net::member(query, "d"));
    CHECK_FALSE(net::member(query, ""));
}

TEST_CASE("the first of the offered subprotocols is chosen when it is a word") {
    const auto first = [](const std::string &list) {
        const Read read(upgrade("/", "Sec-WebSocket-Protocol: " + list + "\r\n"));
        return std::string(net::first_subprotocol(read.head));
    };
    CHECK(first("chat") == "chat");
    CHECK(first("v2.portal \t, chat") == "v2.portal");
    CHECK(first("a b") == "");
    CHECK(first(", a") == "");
    CHECK(first("") == "");
    CHECK(first(std::string(128, 'a')) == std::string(128, 'a'));
    CHECK(first(std::string(129, 'a')) == "");
}

TEST_CASE("what keeps an upgrade from being one has its own name") {
    const std::string good = upgrade("/");
    CHECK(code(good) == "");
    CHECK(code(replaced(good, "GET", "POST")) == "bad_method");
    CHECK(code(replaced(good, "HTTP/1.1", "HTTP/1.0")) == "bad_version");
    CHECK(code(replaced(good, "Connection: Upgrade", "Connection: close")) == "bad_upgrade");
    CHECK(code(replaced(good, "Version: 13", "Version: 8")) == "bad_version");
    CHECK(code(replaced(good, "ZQ==", "ZQ=")) == "bad_key");
    CHECK(code(upgrade("/", "Content-Length: 1\r\n")) == "unexpected_body");
    CHECK(code(upgrade("/", "Content-Length: 0\r\n")) == "");
    CHECK(code(upgrade("/", "Transfer-Encoding: chunked\r\n")) == "unexpected_body");
    CHECK(code(upgrade("/", "Sec-WebSocket-Protocol: a b\r\n")) == "bad_protocol");
}

TEST_CASE("a websocket is wanted where Upgrade lists it, whatever its case") {
    for (const auto &known : {std::pair("WebSocket", true), std::pair("foo, websocket", true),
                              std::pair("websockets", false), std::pair("h2c", false)}) {
        CAPTURE(known.first);
        const Read read(get("/", "Upgrade: " + std::string(known.first) + "\r\n"));
        CHECK(net::wants_websocket(read.head) == known.second);
    }
}

TEST_CASE("the answer to an upgrade proves that the key was read") {
    const Read read(upgrade("/"));
    CHECK(
        net::switching(read.head).find("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n") !=
        std::string::npos); // RFC 6455, 1.3
}
