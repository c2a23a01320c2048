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

TEST_CASE(
    "a refusal is answered with status and JSON and counted, and mostly the connection goes on") {
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

namespace {

const std::string page = "Origin: https://a.example\r\n";

Rig::Setup with_portal() {
    Rig::Setup setup;
    setup.net.portal_of = [](std::string_view asked) -> std::optional<std::string_view> {
        if (asked == "https://a.example") return "desk";
        return std::nullopt;
    };
    return setup;
}

// Of one connection that says `bytes`: the answer has this status, and the page may read it.
void told(const Rig &rig, const std::string &what, int status, const std::string &bytes) {
    CAPTURE(what);
    Wire wire(rig.address());
    wire.send(bytes);
    const Reply reply = wire.reply();
    CHECK(reply.status == status);
    CHECK(reply.header("access-control-allow-origin") == "https://a.example");
    CHECK(reply.header("access-control-allow-credentials") == "true");
    CHECK(reply.header("vary").starts_with("Origin"));
}

} // namespace

TEST_CASE("a page of an allowed origin may read every refusal, whichever unit refuses") {
    Rig::Setup setup = with_portal();
    setup.net.header_deadline = setup.net.body_deadline = base::Duration(500);
    net::Server::RouteId held{};
    Rig rig(setup, [&](net::Server &server) {
        add_routes(server);
        const auto add = [&](const char *path, auto serve) {
            net::Route route;
            route.method = "GET";
            route.path = path;
            route.serve = serve;
            return server.add_route(std::move(route));
        };
        add("/refuses", [&server](const net::Request &request) {
            server.respond(request.id, {422, "application/json", {}, "{}", false});
        });
        held = add("/gone", [](const net::Request &) {});
        net::Route route;
        route.method = "GET";
        route.path = "/guarded";
        route.admit = [](const net::Request &) { return net::Access{401, {}, "{}", {}}; };
        route.serve = [](const net::Request &) {};
        server.add_route(std::move(route));
    });
    const std::string polls = engine + "polling";
    const auto sid = [&] { return polls + "&sid=" + polling(rig.address()); };
    const auto half = [](std::string bytes) { return bytes.substr(0, bytes.size() - 1); };
    told(rig, "a plugin's refusal", 422, get("/refuses", page));
    told(rig, "a key that is missing", 401, get("/guarded", page));
    told(rig, "nothing is at this path", 404, get("/nothing", page));
    told(rig, "no websocket is at this path", 404, upgrade("/nothing", page));
    told(rig, "another method", 405, post("/refuses", "", page));
    told(rig, "half a head", 408, half(get("/hello", page)));
    told(rig, "half a head with half a header", 408,
         "GET /hello HTTP/1.1\r\nHost: test\r\n" + page + "Cookie: a=");
    told(rig, "half a body", 408, half(post("/echo", "abc", page)));
    told(rig, "half a polling body", 408, half(post(sid(), "4a", page)));
    told(rig, "a body too large", 413, post("/echo", std::string(100001, 'x'), page));
    told(rig, "a polling body too large", 413, post(sid(), std::string(1000001, 'x'), page));
    told(rig, "headers too large", 431,
         get("/hello", page + "Cookie: " + std::string(33000, 'x') + "\r\n"));
    told(rig, "no session", 400, get(polls + "&sid=none", page));
    told(rig, "no transport", 400, get("/socket.io/?EIO=4", page));
    told(rig, "a websocket without a session", 400, upgrade(engine + "websocket&sid=x", page));
    told(rig, "a bad upgrade", 400, get(engine + "websocket", page + "Upgrade: websocket\r\n"));

    Wire wire(rig.address());
    wire.send(get("/gone", page));
    CHECK(rig.until([](net::Server &server, Echo &) {
        return server.totals().http_requests > 0 && server.totals().open > 0;
    }));
    CHECK(rig.call(
        [&](net::Server &server, session::Sessions &, Echo &) { server.remove_route(held); }));
    const Reply stopped = wire.reply();
    CHECK((stopped.status == 503 || stopped.status == 404)); // it may come behind the removal
    CHECK(stopped.header("retry-after") == (stopped.status == 503 ? "1" : ""));
    CHECK(stopped.header("access-control-allow-origin") == "https://a.example");

    CHECK(rig.call([](net::Server &server, session::Sessions &, Echo &) { //
        server.refuse_new(true);
    }));
    told(rig, "draining: a route", 503, get("/hello", page));
    told(rig, "draining: polling", 503, get(polls, page));
    told(rig, "draining: a websocket", 503, upgrade(engine + "websocket", page));
}

TEST_CASE("a page may read that there are too many connections or sessions") {
    Rig::Setup setup = with_portal();
    setup.net.connections = 1;
    Rig rig(setup, add_routes);
    const Wire one(rig.address());
    told(rig, "full: a route", 503, get("/hello", page));
    told(rig, "full: polling", 503, get(engine + "polling", page));
    told(rig, "full: a websocket", 503, upgrade(engine + "websocket", page));
}

TEST_CASE("an incomplete head whose origin has not arrived is answered without CORS headers") {
    Rig::Setup setup = with_portal();
    setup.net.header_deadline = base::Duration(200);
    Rig rig(setup, add_routes);
    for (const std::string part : {"GET /hello HTTP/1.1\r\nHost: test\r\n", // it may come behind
                                   "GET /hello HTTP/1.1\r\nOrigin: https://a.example"}) {
        CAPTURE(part);
        Wire wire(rig.address());
        wire.send(part);
        const Reply reply = wire.reply();
        CHECK(reply.status == 408);
        CHECK(reply.header("access-control-allow-origin").empty());
    }
}

TEST_CASE("a route's own CORS headers are kept") {
    Rig rig(with_portal(), [](net::Server &server) {
        net::Route route;
        route.method = "GET";
        route.path = "/own";
        route.serve = [&server](const net::Request &request) {
            server.respond(
                request.id,
                {403, "text/plain", {{"Access-Control-Allow-Origin", "*"}}, "no", false});
        };
        server.add_route(std::move(route));
    });
    Wire wire(rig.address());
    wire.send(get("/own", page));
    const Reply reply = wire.reply();
    CHECK(reply.status == 403);
    CHECK(reply.header("access-control-allow-origin") == "*");
    CHECK(reply.head.find("a.example") == std::string::npos);
}

TEST_CASE("a method that a path does not have is answered with those that it has") {
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

TEST_CASE("a plugin's answer has only its own CORS lines") {
    Rig rig({}, add_routes);
    Wire wire(rig.address());
    wire.send(post("/echo", "abc", "Origin: https://a.example\r\n"));
    const Reply reply = wire.reply();
    CHECK(reply.body == "got:abc");
    CHECK(reply.header("access-control-allow-origin").empty());
}
