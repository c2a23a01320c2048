// Requests one behind the other on a connection, however their bytes are cut.
#include "rig.hpp"
#include "wire.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace roomd;
using namespace roomd::test;

namespace {

std::string chunked(const std::string &path, const std::string &chunks,
                    const std::string &headers = {}) {
    return "POST " + path + " HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n" + headers +
           "\r\n" + chunks;
}

// Says the bytes in two parts, which are read one after the other.
void send_cut(Rig &rig, Wire &wire, const std::string &bytes, std::size_t at) {
    const std::uint64_t before = rig.totals().bytes_in;
    wire.send(bytes.substr(0, at));
    CHECK(rig.until(
        [&](net::Server &server, Echo &) { return server.totals().bytes_in == before + at; }));
    wire.send(bytes.substr(at));
}

} // namespace

TEST_CASE("ten POSTs in one segment get ten answers, in order") {
    Rig rig({}, add_routes);
    Wire wire(rig.address());
    std::string all;
    for (int i = 0; i < 10; ++i)
        all += post("/echo", std::string(static_cast<std::size_t>(i), 'x') + std::to_string(i));
    wire.send(all);
    for (int i = 0; i < 10; ++i)
        CHECK(wire.reply().body ==
              "got:" + std::string(static_cast<std::size_t>(i), 'x') + std::to_string(i));
    CHECK(rig.totals().http_requests == 10);
}

TEST_CASE("pipelined POSTs are the same requests wherever they are cut") {
    Rig rig({}, add_routes);
    const std::string all = post("/echo", "one") + chunked("/echo", "3\r\ntwo\r\n0\r\n\r\n") +
                            get("/hello") + post("/echo", "");
    Wire wire(rig.address());
    for (std::size_t at = 1; at < all.size(); ++at) {
        CAPTURE(at);
        send_cut(rig, wire, all, at);
        CHECK(wire.reply().body == "got:one");
        CHECK(wire.reply().body == "got:two");
        CHECK(wire.reply().body == "hello");
        CHECK(wire.reply().body == "got:");
    }
    for (const char c : all)
        wire.send(std::string(1, c));
    for (const char *body : {"got:one", "got:two", "hello", "got:"})
        CHECK(wire.reply().body == body);
}

TEST_CASE("a chunked body is put together, extensions and trailers dropped, wherever it is cut") {
    Rig rig({}, add_routes);
    const std::string all =
        chunked("/echo", "5;a=b\r\nhello\r\n00A\r\n, chunked!\r\n0\r\nX-Trailer: 1\r\n\r\n");
    Wire wire(rig.address());
    for (std::size_t at = 1; at < all.size(); ++at) {
        CAPTURE(at);
        send_cut(rig, wire, all, at);
        CHECK(wire.reply().body == "got:hello, chunked!");
    }
}

TEST_CASE("invalid chunks are answered 400, and nothing behind them is a request") {
    Rig rig({}, add_routes);
    for (const char *chunks : {"x\r\n", "-1\r\n", "3\nabc\n0\n\n", "3\r\nabcd\r\n0\r\n\r\n",
                               "0x3\r\nabc\r\n0\r\n\r\n", "100000000\r\n", "3 \r\nabc\r\n"}) {
        CAPTURE(chunks);
        Wire wire(rig.address());
        wire.send(chunked("/echo", chunks + get("/hello")));
        CHECK(wire.reply().status == 400);
        CHECK(wire.ends(2000ms));
        CHECK(wire.seen().empty());
    }
}

TEST_CASE("a chunked body over the route's limit is answered 413, dropped, and served behind") {
    Rig rig({}, add_routes);
    Wire wire(rig.address());
    std::string chunks;
    for (int i = 0; i < 30; ++i)
        chunks += "2710\r\n" + std::string(10000, 'x') + "\r\n";
    wire.send(chunked("/echo", chunks + "0\r\n\r\n") + get("/hello"));
    CHECK(wire.reply().status == 413);
    CHECK(wire.reply().body == "hello");
}

TEST_CASE("chunks that drip are answered 408 by the deadline of bodies") {
    Rig::Setup setup;
    setup.net.body_deadline = base::Duration(300);
    Rig rig(setup, add_routes);
    const std::string sid = polling(rig.address());
    for (const std::string &path : {std::string("/echo"), engine + "polling&sid=" + sid}) {
        CAPTURE(path);
        Wire wire(rig.address());
        wire.send(chunked(path, ""));
        const auto start = std::chrono::steady_clock::now();
        while (wire.try_send("1\r\n4\r\n") && !wire.ends(50ms) &&
               std::chrono::steady_clock::now() - start < patience) {
        }
        CHECK(std::chrono::steady_clock::now() - start < 2000ms);
        CHECK(wire.reply().status == 408);
        CHECK(wire.seen().empty());
    }
    CHECK(rig.until([](net::Server &, Echo &echo) { return echo.open == 0; }));
}

TEST_CASE("100-continue is sent once, and not when the body has begun to arrive") {
    Rig rig({}, add_routes);
    Wire wire(rig.address());
    const std::string expects = "Expect: 100-continue\r\n";
    wire.send(post("/echo", "abc", expects));
    CHECK(wire.reply().body == "got:abc"); // no 100 ahead of it
    wire.send(chunked("/echo", "", expects));
    CHECK(wire.reply(true).status == 100);
    wire.send("3\r\nabc\r\n0\r\n\r\n");
    CHECK(wire.reply().body == "got:abc");
    wire.send(chunked("/echo", "", expects));
    CHECK(wire.reply(true).status == 100);
    wire.send("186A1\r\n" + std::string(100001, 'x') + "\r\n0\r\n\r\n");
    CHECK(wire.reply().status == 413); // and the connection stays: the body came to its end
    wire.send("POST /echo HTTP/1.1\r\nHost: x\r\n" + expects + "\r\n"); // no body to wait for
    CHECK(wire.reply().body == "got:");
    wire.send("POST /echo HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: 3\r\n" + expects +
              "\r\n"); // HTTP/1.0 knows no 100
    CHECK(wire.silent(30ms));
    wire.send("abc");
    CHECK(wire.reply().body == "got:abc");
}

TEST_CASE("a refused request whose body waits for 100-continue ends its connection") {
    Rig rig({}, add_routes);
    Wire wire(rig.address());
    wire.send("POST /nothing HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n"
              "Expect: 100-continue\r\n\r\n");
    const Reply reply = wire.reply();
    CHECK(reply.status == 404);
    CHECK(reply.header("connection") == "close"); // nobody knows if a body comes
    CHECK(wire.ends(2000ms));
}

TEST_CASE("an HTTP/1.0 connection stays open when the client asks for it, and the answer says so") {
    Rig rig({}, add_routes);
    Wire wire(rig.address());
    for (int i = 0; i < 3; ++i) {
        wire.send("GET /hello HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n");
        const Reply reply = wire.reply();
        CHECK(reply.body == "hello");
        CHECK(reply.header("connection") == "keep-alive");
    }
    wire.send("GET /hello HTTP/1.0\r\n\r\n");
    CHECK(wire.reply().header("connection") == "close");
    CHECK(wire.ends(2000ms));
    Wire one(rig.address());
    one.send(get("/hello"));
    CHECK(one.reply().header("connection").empty()); // HTTP/1.1 keeps it anyway
}

TEST_CASE("HEAD is answered as GET is, without the body, and the next request is read right") {
    Rig rig({}, add_routes);
    Wire wire(rig.address());
    wire.send("HEAD /hello HTTP/1.1\r\nHost: x\r\n\r\n" + get("/hello") +
              "HEAD /nothing HTTP/1.1\r\nHost: x\r\n\r\n" + get("/hello"));
    const Reply head = wire.reply(true);
    CHECK(head.status == 200);
    CHECK(head.header("content-length") == "5");
    CHECK(wire.reply().body == "hello");
    CHECK(wire.reply(true).status == 404);
    CHECK(wire.reply().body == "hello");
}

TEST_CASE("blank lines ahead of a request are skipped") {
    Rig rig({}, add_routes);
    Wire wire(rig.address());
    wire.send("\r\n\r\n" + get("/hello") + "\r\n" + get("/hello"));
    CHECK(wire.reply().body == "hello");
    CHECK(wire.reply().body == "hello");
    wire.send("\r\n");
    CHECK(wire.silent(20ms));
    wire.send(get("/hello"));
    CHECK(wire.reply().body == "hello");
}

TEST_CASE("a target may be a whole URL; one without a path is the root") {
    Rig rig({}, add_routes);
    Wire wire(rig.address());
    wire.send("GET http://test/hello?a=b HTTP/1.1\r\nHost: test\r\n\r\n");
    CHECK(wire.reply().body == "hello");
    wire.send("GET HTTP://test HTTP/1.1\r\nHost: test\r\n\r\n");
    CHECK(wire.reply().status == 404);
    wire.send("GET http://other/hello HTTP/1.1\r\nHost: test\r\n\r\n");
    CHECK(wire.reply().status == 400);
    CHECK(wire.ends(2000ms));
}

TEST_CASE("the sender of a large body that is refused reads the answer, and goes on") {
    Rig rig({}, [](net::Server &server) {
        add_routes(server);
        net::Route route;
        route.method = "POST";
        route.path = "/keys-only";
        route.max_body = 8u << 20;
        route.admit = [](const net::Request &) {
            net::Access no;
            no.status = 401;
            no.body = "{}";
            return no;
        };
        server.add_route(route);
    });
    Wire wire(rig.address());
    for (const char *path : {"/keys-only", "/echo", "/nothing"}) {
        CAPTURE(path);
        wire.send(post(path, std::string(3000000, 'x'))); // all of it before it reads
        const Reply reply = wire.reply();
        CHECK((reply.status == 401 || reply.status == 413 || reply.status == 404));
        CHECK(reply.header("connection").empty());
    }
    wire.send(get("/hello"));
    CHECK(wire.reply().body == "hello");
    CHECK(rig.until([](net::Server &server, Echo &) { return server.unfinished() == 0; }));
}

TEST_CASE("a chunked POST of packets is taken, one too large refused, and a malformed one ends its "
          "session") {
    Rig::Setup setup;
    setup.session.max_payload = 1000;
    Rig rig(setup);
    const std::string good = "3\r\n4ab\r\n0\r\n\r\n";
    const struct {
        std::string chunks;
        int status;
    } cases[] = {{good, 200},
                 {"3\r\n4abc", 400},
                 {"3E9\r\n" + std::string(1001, '4') + "\r\n0\r\n\r\n", 413}};
    for (const auto &c : cases) {
        CAPTURE(c.chunks);
        const std::string where = engine + "polling&sid=" + polling(rig.address());
        Wire wire(rig.address());
        wire.send(chunked(where, c.chunks));
        CHECK(wire.reply().status == c.status);
        CHECK(rig.sessions() == (c.status == 400 ? 0 : 1)); // as with a length
        if (c.status == 413) CHECK(wire.seen().empty());
        if (c.status != 200) continue;
        Wire again(rig.address());
        again.send(chunked(where, good) + chunked(where, "6\r\n4close\r\n0\r\n\r\n"));
        CHECK(again.reply().status == 200);
        CHECK(again.reply().status == 200);
        CHECK(rig.until([](net::Server &, Echo &echo) { return echo.open == 0; }));
    }
}
