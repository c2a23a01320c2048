// Every refusal is answered, and says what a page of an allowed origin may read.
#include "rig.hpp"
#include "wire.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

using namespace roomd;
using namespace roomd::test;

namespace {

struct Case {
    int status;
    std::string bytes;
    bool stays = true; // the connection
};

std::string plain(const std::string &line, const std::string &headers = {}) {
    return line + " HTTP/1.1\r\nHost: test\r\n" + headers + "\r\n";
}

// With these header lines behind the Host of each.
std::vector<Case> cases(const std::string &with) {
    return {
        {400, plain("GET /hello", with + "Content-Length: x\r\n"), false},
        {400, plain("GET /hello", with + "Content-Length: 3\r\n") + "abc", false},
        {400, plain("GET /hello", with + "Bad Header: x\r\n"), false},
        {400, plain("POST /echo", with + "Transfer-Encoding: chunked\r\n") + "x\r\n", false},
        {404, plain("GET /nothing", with)},
        {405, plain("DELETE /echo", with)},
        {413, plain("POST /echo", with + "Content-Length: 100001\r\n") + std::string(100001, 'x')},
        {413, plain("POST /echo", with + "Transfer-Encoding: chunked\r\n") + "186A1\r\n" +
                  std::string(100001, 'x') + "\r\n0\r\n\r\n"},
        {415, plain("POST /echo", with + "Content-Encoding: gzip\r\nContent-Length: 1\r\n") + "x"},
        {417, plain("POST /echo", with + "Expect: miracles\r\n"), false},
        {431, plain("GET /hello", with + "X-Long: " + std::string(33000, 'x') + "\r\n"), false},
        {501, plain("BREW /hello", with)},
        {501, plain("get /hello", with)},
        {501, plain("POST /echo", with + "Transfer-Encoding: gzip\r\n"), false},
    };
}

} // namespace

TEST_CASE("what is refused is answered with status and JSON, counted, and mostly served on") {
    Rig rig({}, add_routes);
    std::uint64_t count = 0;
    std::vector<Case> all = cases("");
    all.push_back({414, plain("GET /" + std::string(33000, 'x')), false});
    all.push_back({505, "GET /hello HTTP/2.0\r\nHost: test\r\n\r\n", false});
    all.push_back({400, "PROXY TCP4 1.2.3.4 1.2.3.4 1 2\r\n" + get("/hello"), false});
    all.push_back({501, "CONNECT test:443 HTTP/1.1\r\nHost: test\r\n\r\n", false});
    for (const Case &c : all) {
        CAPTURE(c.bytes.substr(0, 200));
        Wire wire(rig.address());
        wire.send(c.bytes);
        const Reply reply = wire.reply();
        CHECK(reply.status == c.status);
        CHECK(reply.header("content-type") == "application/json");
        CHECK(reply.body.starts_with(R"({"success":false,"error":{"code":")"));
        CHECK(reply.header("access-control-allow-origin").empty());
        CHECK((reply.header("connection") == "close") != c.stays);
        CHECK(rig.totals().bad_requests == ++count);
        if (c.stays) {
            wire.send(get("/hello"));
            CHECK(wire.reply().body == "hello");
        } else {
            CHECK(wire.ends(2000ms));
            CHECK(wire.seen().empty());
        }
    }
    CHECK(rig.totals().guard_kills == 0);
}

TEST_CASE("a refusal can be read by a page of an allowed origin, and of no other") {
    Rig::Setup setup;
    setup.net.portal_of = [](std::string_view asked) -> std::optional<std::string_view> {
        if (asked == "https://a.example") return "desk";
        return std::nullopt;
    };
    Rig rig(setup, add_routes);
    for (const std::string origin : {"https://a.example", "https://evil.example"}) {
        for (const Case &c : cases("Origin: " + origin + "\r\n")) {
            CAPTURE(c.bytes.substr(0, 200));
            Wire wire(rig.address());
            wire.send(c.bytes);
            const Reply reply = wire.reply();
            CHECK(reply.status == c.status);
            const bool allowed = origin == "https://a.example";
            CHECK(reply.header("access-control-allow-origin") == (allowed ? origin : ""));
            CHECK(reply.header("vary") == "Origin");
        }
    }
}

TEST_CASE("a method that a path has not is answered with those that it has") {
    Rig rig({}, add_routes);
    Wire wire(rig.address());
    wire.send(plain("PUT /held"));
    const Reply reply = wire.reply();
    CHECK(reply.status == 405);
    const std::string allow = reply.header("allow");
    for (const char *method : {"GET", "HEAD", "POST"})
        CHECK(allow.find(method) != std::string::npos);
    wire.send(plain("OPTIONS /held"));
    CHECK(wire.reply().status == 405);
    wire.send(plain("OPTIONS *"));
    CHECK(wire.reply().status == 404);
}

TEST_CASE("a plugin's own answer has no CORS lines but those it gives") {
    Rig rig({}, add_routes);
    Wire wire(rig.address());
    wire.send(post("/echo", "abc", "Origin: https://a.example\r\n"));
    const Reply reply = wire.reply();
    CHECK(reply.body == "got:abc");
    CHECK(reply.header("access-control-allow-origin").empty());
}
