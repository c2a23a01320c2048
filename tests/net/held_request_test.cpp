#include "rig.hpp"
#include "wire.hpp"

#include <doctest/doctest.h>

#include <utility>
#include <vector>

using namespace roomd;
using namespace roomd::test;

TEST_CASE("requests behind a held one wait for its answer, and then get theirs") {
    std::vector<base::ExchangeId> held;
    Rig rig({}, [&](net::Server &server) {
        add_routes(server);
        for (const char *method : {"GET", "POST"}) {
            net::Route route;
            route.method = method;
            route.path = "/later";
            route.max_body = 100;
            route.serve = [&](const net::Request &request) { held.push_back(request.id); };
            server.add_route(route);
        }
    });
    for (const std::string &first : {get("/later"), post("/later", "abc"), post("/later", "")}) {
        CAPTURE(first);
        Wire wire(rig.address());
        wire.send(first);
        CHECK(rig.until([&](net::Server &, Echo &) { return held.size() == 1; }));
        const std::uint64_t before = rig.turns();
        wire.send(get("/hello") + first + post("/echo", "abc").substr(0, 30));
        CHECK(wire.silent(50ms));
        CHECK(rig.turns() - before < 500);
        const auto answer = [&] {
            CHECK(rig.call([&](net::Server &server, session::Sessions &, Echo &) {
                net::Response response;
                response.body = "late";
                CHECK(server.respond(std::exchange(held, {}).at(0), response));
            }));
        };
        answer();
        CHECK(wire.reply().body == "late");
        CHECK(wire.reply().body == "hello");
        CHECK(rig.until([&](net::Server &, Echo &) { return held.size() == 1; }));
        answer();
        CHECK(wire.reply().body == "late");
        wire.send(post("/echo", "abc").substr(30));
        CHECK(wire.reply().body == "got:abc");
    }
    CHECK(rig.totals().guard_kills == 0);
}

TEST_CASE("behind a held request only a little is read, and not for ever") {
    Rig::Setup setup;
    setup.net.body_deadline = base::Duration(1000);
    Rig rig(setup, add_routes);
    Wire wire(rig.address());
    wire.send(get("/held") + std::string(20000, 'x'));
    CHECK(rig.until([](net::Server &server, Echo &) { return server.unfinished() > 16384; }));
    const std::uint64_t read = rig.totals().bytes_in;
    wire.send(std::string(100000, 'x')); // stays where it is
    CHECK(wire.silent(50ms));
    CHECK(rig.totals().bytes_in == read);
    CHECK(wire.ends(3000ms)); // its peer's end would go unseen
    CHECK(rig.until([](net::Server &server, Echo &) {
        return server.totals().open == 0 && server.unfinished() == 0;
    }));
}

TEST_CASE("a peer that gives up a held request is noticed at once, and costs no CPU") {
    Rig rig({}, add_routes);
    for (int how = 0; how < 3; ++how) {
        CAPTURE(how);
        Wire wire(rig.address());
        wire.send(get("/held"));
        CHECK(rig.until([](net::Server &server, Echo &) { return server.totals().open == 1; }));
        CHECK(wire.silent(20ms));
        const std::uint64_t before = rig.turns();
        if (how == 0) wire.finish(); // half close
        if (how == 1) wire.reset();
        if (how == 2) {
            const Wire gone(std::move(wire));
        }
        CHECK(rig.until([](net::Server &server, Echo &) { return server.totals().open == 0; }));
        CHECK(rig.turns() - before < 2000);
    }
}

TEST_CASE("a held request that nobody disturbs stays, and the loop sleeps") {
    Rig rig({}, add_routes);
    Wire wire(rig.address());
    wire.send(get("/held"));
    CHECK(wire.silent(50ms));
    const std::uint64_t before = rig.turns();
    CHECK(wire.silent(300ms));
    CHECK(rig.turns() - before < 50);
}

TEST_CASE("no timeout of libwebsockets' own ends a held request") {
    Rig::Setup setup;
    setup.net.header_deadline = setup.net.body_deadline = base::Duration(500); // its own: 1 s
    Rig rig(setup, add_routes);
    Wire wire(rig.address()), other(rig.address());
    wire.send(get("/held"));
    other.send(post("/held", "abc"));
    CHECK(wire.silent(2500ms));
    CHECK(other.silent(20ms));
}

TEST_CASE("a request that is under way when its route ends is told to come again") {
    std::uint64_t route = 0;
    Rig rig({}, [&](net::Server &server) {
        net::Route held;
        held.method = "POST";
        held.path = "/slow";
        held.max_body = 100;
        held.serve = [](const net::Request &) {};
        route = server.add_route(std::move(held));
    });
    const std::string whole = post("/slow", "abc");
    Wire half(rig.address()), waiting(rig.address());
    half.send(whole.substr(0, whole.size() - 1));
    waiting.send(whole);
    CHECK(rig.until([](net::Server &server, Echo &) {
        return server.totals().http_requests == 2 && server.unfinished() > 0;
    }));
    CHECK(rig.call(
        [&](net::Server &server, session::Sessions &, Echo &) { server.remove_route(route); }));
    for (Wire *wire : {&half, &waiting}) {
        const Reply reply = wire->reply();
        CHECK(reply.status == 503);
        CHECK(reply.header("retry-after") == "1");
        CHECK(reply.body.find("\"unavailable\"") != std::string::npos);
    }
    half.send("c");
    CHECK(half.ends());
    // From now on the path is none.
    CHECK(ask(rig, whole).status == 404);
}

TEST_CASE("a connection that waits to be accepted at the end is answered, not reset") {
    Rig rig({}, add_routes);
    std::vector<Wire> wires;
    CHECK(rig.call([&](net::Server &server, session::Sessions &, Echo &) {
        for (int i = 0; i < 100; ++i) {
            wires.emplace_back(rig.address());
            wires.back().send(get("/hello"));
        }
        server.refuse_new(true);
        server.stop_accepting();
    }));
    for (Wire &wire : wires) {
        const Reply reply = wire.reply();
        CHECK(reply.status == 503);
        CHECK(reply.header("retry-after") == "1");
    }
}
