#include "rig.hpp"
#include "wire.hpp"

#include <doctest/doctest.h>

#include <utility>
#include <vector>

using namespace roomd;
using namespace roomd::test;

namespace {

// What one request on a fresh connection is answered, and that the connection ends after it.
int refused(Rig &rig, const std::string &bytes) {
    Wire wire(rig.address());
    wire.send(bytes);
    const Reply reply = wire.reply();
    CHECK_MESSAGE(wire.ends(2000ms), bytes);
    return reply.status;
}

std::string with_length(const std::string &length, const std::string &body = "abc") {
    return "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: " + length + "\r\n\r\n" + body;
}

} // namespace

TEST_CASE("pipelined requests, with and without a body, are answered in order") {
    Rig rig({}, add_routes);
    Wire wire(rig.address());
    wire.send(get("/hello") + post("/echo", "abc") + get("/nothing") + post("/echo", ""));
    CHECK(wire.reply().body == "hello");
    CHECK(wire.reply().body == "got:abc");
    CHECK(wire.reply().status == 404);
    CHECK(wire.reply().body == "got:");
}

TEST_CASE("a body that arrives in separate segments on a reused connection is served") {
    Rig rig({}, add_routes);
    Wire wire(rig.address());
    for (int i = 0; i < 3; ++i) {
        const std::string whole = post("/echo", "abcdef");
        wire.send(whole.substr(0, whole.size() - 3));
        CHECK(wire.silent(20ms));
        wire.send(whole.substr(whole.size() - 3));
        CHECK(wire.reply().body == "got:abcdef");
    }
}

TEST_CASE("a length that is not a plain number is refused") {
    Rig rig({}, add_routes);
    for (const char *length : {"-5", "+2", "0x2", "5x", "3, 5", "12345678901234567890", "1 2"}) {
        CAPTURE(length);
        CHECK(refused(rig, with_length(length)) == 400);
    }
}

TEST_CASE("two lengths are refused, equal or not") {
    Rig rig({}, add_routes);
    for (const char *second : {"3", "5"})
        CHECK(refused(rig, std::string("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n"
                                       "Content-Length: ") +
                               second + "\r\n\r\nabc") == 400);
}

TEST_CASE("a POST without a length has no body") {
    Rig rig({}, add_routes);
    Wire wire(rig.address());
    wire.send("POST /echo HTTP/1.1\r\nHost: x\r\n\r\n" + get("/hello"));
    CHECK(wire.reply().body == "got:");
    CHECK(wire.reply().body == "hello");
}

TEST_CASE("a Transfer-Encoding other than chunked is answered 501, one beside a length 400") {
    Rig rig({}, add_routes);
    const struct {
        std::string lines;
        int status;
    } cases[] = {{"Transfer-Encoding: xchunked\r\n", 501},
                 {"Transfer-Encoding: identity\r\n", 501},
                 {"Transfer-Encoding: gzip, chunked\r\n", 501},
                 {"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n", 400},
                 {"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n", 400},
                 {"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", 400}};
    for (const auto &c : cases) {
        CAPTURE(c.lines);
        Wire wire(rig.address());
        wire.send("POST /echo HTTP/1.1\r\nHost: x\r\n" + c.lines + "\r\n0\r\n\r\n" + get("/hello"));
        CHECK(wire.reply().status == c.status);
        CHECK(wire.ends());
        CHECK(wire.seen().empty()); // nothing behind it is executed
    }
    CHECK(refused(rig, "GET /hello HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n") ==
          400);
}

TEST_CASE("a body on a GET is refused") {
    Rig rig({}, add_routes);
    CHECK(refused(rig, "GET /hello HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc") == 400);
}

TEST_CASE("exactly one Host is required") {
    Rig rig({}, add_routes);
    CHECK(refused(rig, "GET /hello HTTP/1.1\r\n\r\n") == 400);
    CHECK(refused(rig, "GET /hello HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n") == 400);
    CHECK(refused(rig, "GET /hello HTTP/1.1\r\nHost: a,b\r\n\r\n") == 400);
}

TEST_CASE("HTTP/1.0 is answered and closed, an unknown version refused") {
    Rig rig({}, add_routes);
    Wire old(rig.address());
    old.send("GET /hello HTTP/1.0\r\n\r\n");
    CHECK(old.reply().body == "hello");
    CHECK(old.ends(2000ms));
    CHECK(refused(rig, "GET /hello HTTP/9.9\r\nHost: x\r\n\r\n") == 505);
}

TEST_CASE("Connection: close is obeyed after the answer") {
    Rig rig({}, add_routes);
    Wire wire(rig.address());
    wire.send(get("/hello", "Connection: close\r\n"));
    const Reply reply = wire.reply();
    CHECK(reply.body == "hello");
    CHECK(reply.header("connection") == "close");
    CHECK(wire.ends(2000ms));
}

TEST_CASE("a NUL in a header value is refused") {
    Rig rig({}, add_routes);
    std::string request = get("/hello", "Origin: http://a\r\n");
    request[request.find("http://a") + 4] = '\0';
    CHECK(refused(rig, request) != 200);
}

TEST_CASE("the CONNECT method closes the connection") {
    Rig rig({}, add_routes);
    Wire wire(rig.address());
    wire.send("CONNECT test:443 HTTP/1.1\r\nHost: test\r\n\r\nhello");
    CHECK(wire.ends(2000ms));
    CHECK(wire.seen().find("200") == std::string::npos);
}

TEST_CASE("a body that drips is answered 408 by an absolute deadline") {
    Rig::Setup setup;
    setup.net.body_deadline = base::Duration(300);
    Rig rig(setup, add_routes);
    const std::string sid = polling(rig.address());
    const struct {
        std::string path;
        const char *length;
        int status;
    } cases[] = {{"/echo", "1000", 408},
                 {"/echo", "100001", 413}, // is read away
                 {engine + "polling&sid=" + sid, "1000", 408}};
    for (const auto &c : cases) {
        CAPTURE(c.path);
        Wire wire(rig.address());
        wire.send("POST " + c.path + " HTTP/1.1\r\nHost: x\r\nContent-Length: " + c.length +
                  "\r\n\r\n");
        const auto start = std::chrono::steady_clock::now();
        while (wire.try_send("x") && !wire.ends(50ms) &&
               std::chrono::steady_clock::now() - start < patience) {
        }
        CHECK(std::chrono::steady_clock::now() - start < 2000ms);
        CHECK(wire.reply().status == c.status);
        CHECK(wire.seen().empty());
    }
    CHECK(rig.totals().guard_kills == 1); // the one that was read away
    CHECK(rig.until([](net::Server &, Echo &echo) { return echo.open == 0; }));
}

TEST_CASE("a head that drips is ended by an absolute deadline") {
    Rig::Setup setup;
    setup.net.header_deadline = base::Duration(300);
    Rig rig(setup, add_routes);
    Wire wire(rig.address());
    wire.send("GET /hello HTTP/1.1\r\n");
    const auto start = std::chrono::steady_clock::now();
    while (wire.try_send("X") && !wire.ends(50ms) &&
           std::chrono::steady_clock::now() - start < patience) {
    }
    CHECK(std::chrono::steady_clock::now() - start < 2000ms);
    CHECK(wire.reply().status == 408);
    Wire silent(rig.address()); // has asked nothing: is told nothing
    CHECK(silent.ends(2000ms));
    CHECK(silent.seen().empty());
}

TEST_CASE("a body may pause until its deadline") {
    Rig::Setup setup;
    setup.net.body_deadline = base::Duration(8000);
    Rig rig(setup, add_routes);
    Wire wire(rig.address());
    wire.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\na");
    CHECK(wire.silent(5500ms)); // libwebsockets' own is 5 s when not told
    wire.send("bc");
    CHECK(wire.reply().body == "got:abc");
}

TEST_CASE("a later head that drips is ended too") {
    Rig::Setup setup;
    setup.net.header_deadline = base::Duration(300); // libwebsockets makes it a whole second
    setup.net.keep_alive = base::Duration(1500);
    Rig rig(setup, add_routes);
    for (const std::string &start : {get("/hello"), get("/hello") + "GET /he"}) {
        CAPTURE(start);
        Wire wire(rig.address());
        wire.send(start);
        CHECK(wire.reply().body == "hello");
        const auto begin = std::chrono::steady_clock::now();
        while (wire.try_send("G") && !wire.ends(50ms) &&
               std::chrono::steady_clock::now() - begin < patience) {
        }
        CHECK(std::chrono::steady_clock::now() - begin < 3000ms);
    }
}

TEST_CASE("a head up to the limit is read, beyond it 431 or 414 is the answer") {
    Rig rig({}, add_routes);
    Wire wire(rig.address());
    wire.send(get("/hello", "X-Long: " + std::string(32000, 'x') + "\r\n"));
    CHECK(wire.reply().body == "hello");
    CHECK(refused(rig, get("/hello", "X-Long: " + std::string(33000, 'x') + "\r\n")) == 431);
    CHECK(refused(rig, get("/hello?" + std::string(33000, 'x'))) == 414);
    std::string many;
    for (int i = 0; i < 101; ++i)
        many += "X: y\r\n";
    CHECK(refused(rig, get("/hello", many)) == 431);
    CHECK(rig.totals().guard_kills == 0);
}

TEST_CASE("100-continue is sent before a wanted body, and not before an unwanted one") {
    Rig rig({}, add_routes);
    Wire wire(rig.address());
    wire.send(
        "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
    CHECK(wire.reply(true).status == 100);
    wire.send("abc");
    CHECK(wire.reply().body == "got:abc");
    CHECK(refused(rig, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100001\r\n"
                       "Expect: 100-continue\r\n\r\n") == 413);
}

TEST_CASE("a body too large to be read away is refused at its head") {
    Rig rig({}, add_routes);
    CHECK(refused(rig, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000\r\n\r\n") == 413);
}

TEST_CASE(
    "a body over the route's limit is read away and answered 413 on a connection that stays") {
    Rig rig({}, add_routes);
    Wire wire(rig.address());
    wire.send(post("/echo", std::string(300000, 'x')));
    CHECK(wire.reply().status == 413);
    wire.send(get("/hello"));
    CHECK(wire.reply().body == "hello");
}

TEST_CASE("an idle connection is closed, however its last answer went out") {
    Rig::Setup setup;
    setup.net.keep_alive = setup.net.body_deadline = base::Duration(400);
    Rig rig(setup, [](net::Server &server) {
        add_routes(server);
        add_large_route(server, 1000000);
    });
    for (const char *path : {"/hello", "/large"}) {
        CAPTURE(path);
        Wire wire(rig.address(), Wire::Window::narrow);
        for (int i = 0; i < 3; ++i) { // each request counts anew
            wire.send(get(path));
            CHECK(wire.reply().status == 200);
            CHECK(wire.silent(200ms));
        }
        CHECK(wire.ends(1500ms)); // libwebsockets' own are whole seconds, 5 when not told
    }
    CHECK(rig.totals().guard_kills == 0);
}

TEST_CASE("a large answer that is read slowly arrives whole") {
    const std::string large(3000000, 'b');
    Rig rig({}, [&](net::Server &server) { add_large_route(server, large.size()); });
    for (const char *header : {"", "Connection: close\r\n"}) {
        Wire wire(rig.address(), Wire::Window::narrow);
        wire.send(get("/large", header));
        CHECK(rig.until([](net::Server &server, Echo &) { return server.totals().open == 1; }));
        CHECK(wire.reply().body == large);
        CHECK(wire.ends(2000ms) == (*header != '\0'));
    }
}

TEST_CASE("an answer that is never read is given up by an absolute deadline") {
    Rig::Setup setup;
    setup.net.body_deadline = base::Duration(300);
    Rig rig(setup, [](net::Server &server) { add_large_route(server, 20000000); });
    Wire wire(rig.address(), Wire::Window::narrow);
    wire.send(get("/large"));
    CHECK(rig.until([](net::Server &server, Echo &) { return server.totals().guard_kills == 1; }));
    CHECK(rig.until([](net::Server &server, Echo &) { return server.totals().open == 0; }));
}
