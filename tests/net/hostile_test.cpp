#include "rig.hpp"
#include "wire.hpp"

#include <doctest/doctest.h>

#include <thread>
#include <utility>

using namespace roomd;
using namespace roomd::test;

TEST_CASE("a body that meets its deadline in the same turn does not outlive it") {
    Rig::Setup setup;
    setup.net.body_deadline = base::Duration(200);
    Rig rig(setup, add_routes);
    Wire wire(rig.address());
    wire.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n");
    CHECK(wire.silent(50ms));
    rig.stalled([&] {
        wire.send("x");
        std::this_thread::sleep_for(300ms);
    });
    wire.try_send("xxxxxxxxx");
    CHECK(wire.ends(2000ms));
    CHECK(wire.reply().status == 408);
    CHECK(wire.seen().empty()); // once
    wire.finish();
    CHECK(empty(rig));
}

TEST_CASE("a head that meets its deadline in the same turn is not upgraded") {
    for (const char *name : {"websocket", "h2c"}) {
        CAPTURE(name);
        Rig::Setup setup;
        setup.net.header_deadline = base::Duration(200);
        Rig rig(setup);
        Wire wire(rig.address());
        const std::string ask =
            replaced(upgrade(engine + "websocket", "HTTP2-Settings: AAMAAABkAAQAAP__\r\n"),
                     "websocket\r", std::string(name) + "\r");
        wire.send(ask.substr(0, ask.size() - 1));
        CHECK(wire.silent(50ms));
        rig.stalled([&] {
            wire.send("\n");
            std::this_thread::sleep_for(300ms);
        });
        CHECK(wire.ends(2000ms));
        CHECK(wire.reply().status == 408);
        CHECK(wire.seen().empty());
        wire.finish();
        CHECK(empty(rig));
    }
}

TEST_CASE("requests behind an answer that is not out yet wait for it, without a spin") {
    Rig rig({}, [](net::Server &server) {
        add_routes(server);
        add_large_route(server, 20000000);
    });
    for (const std::string &first : {get("/large"), post("/large", "abc"), post("/large", "")}) {
        CAPTURE(first);
        Wire wire(rig.address(), Wire::Window::narrow);
        wire.send(first);
        CHECK(rig.until([](net::Server &server, Echo &) { return server.unread() > 0; }));
        const std::uint64_t before = rig.turns();
        wire.send(get("/hello") + post("/echo", "abc"));
        std::this_thread::sleep_for(100ms); // nobody reads
        CHECK(rig.turns() - before < 500);
        CHECK(wire.reply().body.size() == 20000000);
        CHECK(wire.reply().body == "hello");
        CHECK(wire.reply().body == "got:abc");
        CHECK(rig.until([](net::Server &server, Echo &) { return server.unread() == 0; }));
    }
    Wire wire(rig.address(), Wire::Window::narrow);
    wire.send(get("/large", "Connection: close\r\n"));
    CHECK(rig.until([](net::Server &server, Echo &) { return server.unread() > 0; }));
    wire.send(get("/hello"));
    CHECK(wire.reply().body.size() == 20000000);
    CHECK(wire.ends(2000ms));
    CHECK(wire.seen().empty()); // it said that it would ask nothing more
    CHECK(rig.totals().guard_kills == 0);
}

TEST_CASE("PUT and PATCH have a body, and without a length an empty one") {
    Rig rig({}, [](net::Server &server) {
        add_routes(server);
        for (const char *method : {"PUT", "PATCH"}) {
            net::Route route;
            route.method = method;
            route.path = "/echo";
            route.max_body = 100;
            route.serve = [&server](const net::Request &request) {
                net::Response response;
                response.body = std::string(request.method) + ":" + std::string(request.body);
                server.respond(request.id, response);
            };
            server.add_route(route);
        }
    });
    for (const std::string method : {"PUT", "PATCH"}) {
        CAPTURE(method);
        const std::pair<const char *, int> targets[] = {
            {"/echo", 200}, {"/nothing", 404}, {"/socket.io/?EIO=4&transport=polling", 400}};
        for (const auto &[path, status] : targets) {
            Wire wire(rig.address());
            wire.send(method + " " + path + " HTTP/1.1\r\nHost: x\r\n\r\n" + get("/hello"));
            CHECK(wire.reply().status == status);
            CHECK(wire.reply().body == "hello");
        }
        Wire wire(rig.address());
        for (const std::string body : {"abc", "", "de"}) {
            wire.send(replaced(post("/echo", body), "POST", method));
            CHECK(wire.reply().body == method + ":" + body);
        }
        wire.send(get("/hello"));
        CHECK(wire.reply().body == "hello");
    }
}

TEST_CASE("white space ahead of a header's colon is refused, and no body smuggled behind it") {
    Rig rig({}, add_routes);
    for (const char *header :
         {"Content-Length : 3", "Content-Length\t: 3", "Transfer-Encoding : chunked", "Host : b"}) {
        CAPTURE(header);
        Wire wire(rig.address());
        wire.send("GET /hello HTTP/1.1\r\nHost: a\r\n" + std::string(header) + "\r\n\r\n" +
                  get("/hello"));
        CHECK(wire.reply().status == 400);
        CHECK(wire.ends(2000ms));
        CHECK(wire.seen().empty());
    }
}

TEST_CASE("an upgrade must be a valid request and a valid upgrade") {
    Rig rig;
    const std::string good = upgrade(engine + "websocket");
    std::string nul = upgrade(engine + "websocket", "Origin: http://a\r\n");
    nul[nul.find("http://a") + 4] = '\0';
    for (const std::string &bad :
         {replaced(good, "Host: test\r\n", ""), replaced(good, "Host: test", "Host: a,b"),
          replaced(good, "Host: test", "Host: a\r\nHost: b"),
          replaced(good, "Connection: Upgrade", "Connection: keep-alive"),
          replaced(good, "Connection: Upgrade\r\n", ""), replaced(good, "HTTP/1.1", "HTTP/1.0"),
          replaced(good, "HTTP/1.1", "HTTP/9.9"), nul}) {
        CAPTURE(bad);
        Wire wire(rig.address());
        wire.send(bad);
        const int status = wire.reply().status;
        CHECK((status == 400 || status == 505));
        CHECK(wire.ends(2000ms));
    }
    CHECK(rig.sessions() == 0);
    for (const char *connection : {"keep-alive, Upgrade", "upgrade", "Upgrade,keep-alive"}) {
        CAPTURE(connection);
        Wire wire(rig.address());
        wire.send(replaced(good, "Connection: Upgrade", std::string("Connection: ") + connection));
        CHECK(wire.reply().status == 101);
    }
}
