#include "net/routes.hpp"

#include "rig.hpp"
#include "wire.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <utility>

using namespace roomd;
using namespace roomd::test;

namespace {

net::Route route(const std::string &method, const std::string &path) {
    net::Route out;
    out.method = method;
    out.path = path;
    return out;
}

// Answers with what it was asked.
net::Route mirror(net::Server &server, const std::string &method, const std::string &path) {
    net::Route out = route(method, path);
    out.max_body = 1000;
    out.headers = {"x-one", "content-type"};
    out.serve = [&server, path](const net::Request &request) {
        net::Response response;
        response.body = path + "|" + std::string(request.method) + "|" + std::string(request.path) +
                        "|" + std::string(request.body) + "|" +
                        std::string(request.header("x-one")) + "|" + request.key;
        for (const auto &[name, value] : request.query)
            response.body += "|" + name + "=" + value;
        response.headers.emplace_back("X-Two", "yes");
        response.headers.emplace_back("X-Bad", "a\r\nX-Forged: b");
        if (path == "/forges") response.content_type = "text/plain\r\nX-Forged: b";
        server.respond(request.id, response);
    };
    return out;
}

} // namespace

TEST_CASE("the longest path that covers a request decides") {
    net::Routes routes;
    routes.add(route("GET", "/api/"));
    routes.add(route("GET", "/api/emit"));
    routes.add(route("POST", "/api/emit/"));
    CHECK(routes.find("GET", "/api/x").entry->route.path == "/api/");
    CHECK(routes.find("GET", "/api/emit").entry->route.path == "/api/emit");
    CHECK(routes.find("HEAD", "/api/emit").entry->route.path == "/api/emit");
    CHECK_FALSE(routes.find("GET", "/api/emit/x").entry);
    CHECK(routes.find("GET", "/api/emit/x").allow == "POST");
    CHECK_FALSE(routes.find("GET", "/apix").entry);
    CHECK(routes.find("GET", "/apix").allow.empty());
    CHECK(routes.find("DELETE", "/api/emit").allow == "GET, HEAD");
}

TEST_CASE("a slash behind the path of what is posted is tolerated, of what is read it is not") {
    net::Routes routes;
    routes.add(route("POST", "/api/emit"));
    routes.add(route("GET", "/metrics"));
    routes.add(route("POST", "/own/"));
    const auto own = routes.add(route("POST", "/own"));
    CHECK(routes.find("POST", "/api/emit/").entry->route.path == "/api/emit");
    for (const char *path : {"/api/emit//", "/api/emit/x", "/api/emi/", "/"})
        CHECK_FALSE(routes.find("POST", path).entry);
    CHECK(routes.find("GET", "/api/emit/").allow == "POST");
    CHECK_FALSE(routes.find("GET", "/metrics/").entry);
    CHECK(routes.find("GET", "/metrics/").allow.empty());
    CHECK(routes.find("POST", "/own/").entry->route.path == "/own/"); // its own route is nearer
    CHECK(routes.find("POST", "/own").entry->id == own);
    Rig rig({}, [](net::Server &server) { server.add_route(mirror(server, "POST", "/api/emit")); });
    for (const char *path : {"/api/emit", "/api/emit/"})
        CHECK(ask(rig, post(path, "x")).body == "/api/emit|POST|/api/emit|x||");
}

TEST_CASE("a duplicate or malformed route is refused") {
    net::Routes routes;
    const auto id = routes.add(route("GET", "/a"));
    CHECK_THROWS_AS(routes.add(route("GET", "/a")), std::invalid_argument);
    CHECK_THROWS_AS(routes.add(route("GET", "a")), std::invalid_argument);
    CHECK_THROWS_AS(routes.add(route("BREW", "/b")), std::invalid_argument);
    CHECK(routes.remove(id));
    CHECK_FALSE(routes.remove(id));
    CHECK_NOTHROW(routes.add(route("GET", "/a")));
}

TEST_CASE("each side may have its own route of one name, and one of both sides blocks either") {
    net::Routes routes;
    net::Route front = route("GET", "/a"), admin = route("GET", "/a");
    admin.side = net::Side::admin;
    const auto front_id = routes.add(front);
    const auto admin_id = routes.add(admin);
    CHECK(routes.find("GET", "/a").entry->id == front_id);
    CHECK(routes.find("GET", "/a", net::Side::admin).entry->id == admin_id);
    net::Route both = route("GET", "/a");
    both.side = net::Side::both;
    CHECK_THROWS_AS(routes.add(both), std::invalid_argument);
    both.path = "/b";
    const auto both_id = routes.add(both);
    CHECK(routes.find("GET", "/b").entry->id == both_id);
    CHECK(routes.find("GET", "/b", net::Side::admin).entry->id == both_id);
    front.path = admin.path = "/b";
    CHECK_THROWS_AS(routes.add(front), std::invalid_argument);
    CHECK_THROWS_AS(routes.add(admin), std::invalid_argument);
}

TEST_CASE(
    "a front listener has the routes of the kinds that it serves, an admin listener all of its") {
    namespace kind = net::kind;
    net::Routes routes;
    net::Route plugin = route("POST", "/a/x"), page = route("GET", "/a/"),
               operators = route("GET", "/b");
    page.kinds = kind::api | kind::admin;
    operators.side = net::Side::both;
    operators.kinds = kind::metrics;
    const auto plugin_id = routes.add(plugin), page_id = routes.add(page),
               both_id = routes.add(operators);
    const auto found = [&](const char *method, const char *path, net::Kinds served) {
        const auto entry = routes.find(method, path, net::Side::front, served).entry;
        return entry ? entry->id : 0;
    };
    CHECK(found("POST", "/a/x", kind::api) == plugin_id);
    CHECK(found("POST", "/a/x", kind::all) == plugin_id);
    CHECK(found("POST", "/a/x", kind::all & ~kind::api) == 0);
    CHECK(found("GET", "/a/x", kind::admin) == page_id); // not the longer path, which is not there
    CHECK(found("GET", "/a/x", kind::health) == 0);
    // A method that is there for another kind is not told.
    CHECK(routes.find("PUT", "/a/x", net::Side::front, kind::clients).allow.empty());
    CHECK(routes.find("PUT", "/a/x", net::Side::front, kind::api).allow == "POST");
    CHECK(found("GET", "/b", kind::metrics) == both_id);
    CHECK(found("GET", "/b", kind::health) == 0);
    CHECK(routes.find("GET", "/b", net::Side::admin, 0).entry->id == both_id);
}

TEST_CASE("a route sees method, path, query, body and the headers it asked for") {
    Rig rig({}, [](net::Server &server) {
        server.add_route(mirror(server, "POST", "/api/"));
        server.add_route(mirror(server, "GET", "/api/"));
        server.add_route(mirror(server, "GET", "/forges"));
    });
    CHECK(ask(rig, get("/forges")).header("x-forged").empty());
    const Reply plus = ask(rig, get("/api/?a=b+c%2Bd"));
    CHECK(plus.body.ends_with("|a=b c+d")); // as forms are encoded
    const Reply reply =
        ask(rig, post("/api/x/y?a=1&b=%26;c&d=e%3Df", "body", "X-One: 1\r\nX-Other: 2\r\n"));
    CHECK(reply.status == 200);
    CHECK(reply.body == "/api/|POST|/api/x/y|body|1||a=1|b=&;c|d=e=f");
    CHECK(reply.header("content-type") == "application/json");
    CHECK(reply.header("x-two") == "yes");
    CHECK(reply.header("x-forged").empty());
    const Reply head = ask(rig, "HEAD /api/ HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK(head.status == 200);
    CHECK(head.header("content-length") ==
          std::to_string(std::string("/api/|HEAD|/api/|||").size()));
}

TEST_CASE("a path that would have to be decoded or resolved matches no route") {
    Rig rig({}, [](net::Server &server) {
        server.add_route(mirror(server, "GET", "/api/"));
        server.add_route(mirror(server, "GET", "/metrics"));
    });
    for (const char *path : {"/api/x%20y", "/%6detrics", "//metrics", "/socket.io/..%2fmetrics",
                             "/socket.io/../metrics", "/api/../metrics", "/api/./x", "/./metrics",
                             "/metrics/", "/Metrics", "/metrics;x", "/socket.io/%2e%2e/metrics"}) {
        CAPTURE(path);
        CHECK(ask(rig, get(path)).status == 404);
    }
    CHECK(ask(rig, get("/metrics?x=%2e%2e")).status == 200);
}

TEST_CASE("below a route that decodes, and nowhere else, a path may be percent-encoded") {
    Rig rig({}, [](net::Server &server) {
        net::Route users = mirror(server, "GET", "/api/users/");
        users.encoded = true;
        server.add_route(std::move(users));
        server.add_route(mirror(server, "GET", "/api/"));
        server.add_route(mirror(server, "GET", "/metrics"));
    });
    CHECK(ask(rig, get("/api/users/auth0%7C5f")).body ==
          "/api/users/|GET|/api/users/auth0%7C5f|||");
    CHECK(ask(rig, get("/api/users/a%2F..%2Fb")).status == 200); // one name, which has a slash
    for (const char *path : {"/api/users/../../metrics", "/api/users/%7C/../x", "/api/users/./a",
                             "/api/%75sers/a", "/api%2Fusers/a", "/api/x%20y", "/%6detrics"}) {
        CAPTURE(path);
        CHECK(ask(rig, get(path)).status == 404);
    }
}

TEST_CASE(
    "an unknown path is 404, a wrong method 405 with Allow, a large body 413, an encoded one 415") {
    Rig rig({}, [](net::Server &server) { server.add_route(mirror(server, "POST", "/api")); });
    const Reply none = ask(rig, get("/none"));
    CHECK(none.status == 404);
    CHECK(none.body.starts_with(R"({"success":false,"error":{"code":"not_found")"));
    const Reply method = ask(rig, get("/api"));
    CHECK(method.status == 405);
    CHECK(method.header("allow") == "POST");
    CHECK(ask(rig, post("/api", std::string(1001, 'x'))).status == 413);
    CHECK(ask(rig, post("/api", std::string(1000, 'x'))).status == 200);
    for (const char *codings : {"gzip", "identity, gzip", "identity\r\nContent-Encoding: br", "x"})
        CHECK(ask(rig, post("/api", "x", "Content-Encoding: " + std::string(codings) + "\r\n"))
                  .status == 415);
    CHECK(ask(rig, post("/api", "x", "Content-Encoding: identity\r\n")).status == 200);
    CHECK(ask(rig, get("/socket.io")).status == 404);
}

TEST_CASE("access is decided before the body and may refuse or name the key") {
    Rig rig({}, [](net::Server &server) {
        net::Route out = mirror(server, "POST", "/api");
        out.admit = [](const net::Request &request) {
            net::Access access;
            CHECK(request.body.empty());
            CHECK(request.address == "127.0.0.1");
            CHECK(request.loopback);
            if (request.header("x-one") == "key") {
                access.key = "backend";
            } else {
                access.status = 401;
                access.body = "{}";
                access.headers.emplace_back("WWW-Authenticate", "Bearer");
            }
            return access;
        };
        server.add_route(out);
    });
    Wire wire(rig.address());
    wire.send("POST /api HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n"); // and no body yet
    const Reply no = wire.reply();
    CHECK(no.status == 401);
    CHECK(no.body == "{}");
    CHECK(no.header("www-authenticate") == "Bearer");
    wire.send(std::string(500, 'x') + post("/api", "b", "X-One: key\r\n")); // serves on
    CHECK(wire.reply().body == "/api|POST|/api|b|key|backend");
    CHECK(ask(rig, post("/api", "b", "X-One: key\r\n")).body == "/api|POST|/api|b|key|backend");
}

TEST_CASE("an answer may come later, once, and not when its peer is gone") {
    base::ExchangeId held = base::ExchangeId::none;
    Rig rig({}, [&](net::Server &server) {
        net::Route out = route("GET", "/later");
        out.serve = [&held](const net::Request &request) { held = request.id; };
        server.add_route(out);
    });
    Wire wire(rig.address());
    wire.send(get("/later"));
    CHECK(rig.until([&](net::Server &, Echo &) { return held != base::ExchangeId::none; }));
    CHECK(rig.call([&](net::Server &server, session::Sessions &, Echo &) {
        net::Response response;
        response.status = 422;
        response.body = "late";
        CHECK(server.respond(held, response));
        CHECK_FALSE(server.respond(held, response));
    }));
    const Reply reply = wire.reply();
    CHECK(reply.status == 422);
    CHECK(reply.body == "late");
    CHECK(rig.call(
        [&](net::Server &, session::Sessions &, Echo &) { held = base::ExchangeId::none; }));
    wire.send(get("/later")); // the same connection serves on
    CHECK(rig.until([&](net::Server &, Echo &) { return held != base::ExchangeId::none; }));
    wire.reset();
    CHECK(rig.until([](net::Server &server, Echo &) { return server.totals().open == 0; }));
    CHECK(rig.call([&](net::Server &server, session::Sessions &, Echo &) {
        CHECK_FALSE(server.respond(held, {}));
    }));
}

TEST_CASE("a POST without a body is answered later too, and its connection stays") {
    base::ExchangeId held = base::ExchangeId::none;
    Rig rig({}, [&](net::Server &server) {
        net::Route out = route("POST", "/later");
        out.serve = [&held](const net::Request &request) { held = request.id; };
        server.add_route(out);
    });
    Wire wire(rig.address());
    for (int i = 0; i < 2; ++i) {
        wire.send(post("/later", ""));
        CHECK(rig.until([&](net::Server &, Echo &) { return held != base::ExchangeId::none; }));
        CHECK(rig.call([&](net::Server &server, session::Sessions &, Echo &) {
            CHECK(server.respond(std::exchange(held, base::ExchangeId::none), {}));
        }));
        CHECK(wire.reply().status == 200);
    }
}

TEST_CASE("an answer that comes later ends the connection that is to be closed") {
    base::ExchangeId held = base::ExchangeId::none;
    Rig rig({}, [&](net::Server &server) {
        net::Route out = route("GET", "/later");
        out.serve = [&held](const net::Request &request) { held = request.id; };
        server.add_route(out);
    });
    for (const std::size_t size : {10u, 3000000u}) {
        CAPTURE(size);
        Wire wire(rig.address(), Wire::Window::narrow);
        wire.send(get("/later", "Connection: close\r\n"));
        CHECK(rig.until([&](net::Server &, Echo &) { return held != base::ExchangeId::none; }));
        CHECK(rig.call([&](net::Server &server, session::Sessions &, Echo &) {
            net::Response response;
            response.body.assign(size, 'x');
            CHECK(server.respond(held, response));
            held = base::ExchangeId::none;
        }));
        CHECK(wire.reply().body.size() == size);
        CHECK(wire.ends(2000ms)); // well before a deadline would
    }
}

TEST_CASE("removing a route answers those who wait for it, and serves it no more") {
    net::Server::RouteId id = 0;
    bool asked = false;
    Rig rig({}, [&](net::Server &server) {
        net::Route out = route("GET", "/later");
        out.serve = [&asked](const net::Request &) { asked = true; };
        id = server.add_route(out);
    });
    Wire wire(rig.address());
    wire.send(get("/later"));
    CHECK(rig.until([&](net::Server &, Echo &) { return asked; }));
    CHECK(rig.call(
        [&](net::Server &server, session::Sessions &, Echo &) { server.remove_route(id); }));
    CHECK(wire.reply().status == 503);
    CHECK(wire.ends());
    CHECK(ask(rig, get("/later")).status == 404);
}

TEST_CASE("a route removed while a body comes is not served") {
    net::Server::RouteId id = 0;
    bool asked = false;
    Rig rig({}, [&](net::Server &server) {
        net::Route out = route("POST", "/api");
        out.max_body = 100;
        out.serve = [&asked](const net::Request &) { asked = true; };
        id = server.add_route(out);
    });
    Wire wire(rig.address());
    wire.send("POST /api HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\na");
    CHECK(wire.silent(30ms));
    CHECK(rig.call(
        [&](net::Server &server, session::Sessions &, Echo &) { server.remove_route(id); }));
    wire.send("bc");
    CHECK(wire.reply().status == 503);
    CHECK_FALSE(asked);
}
