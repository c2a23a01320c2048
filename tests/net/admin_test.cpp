#include "rig.hpp"
#include "wire.hpp"

#include <doctest/doctest.h>

#include <cstdio>
#include <cstdlib>
#include <unistd.h>
#include <vector>

using namespace roomd;
using namespace roomd::test;

namespace {

// Two listeners: for clients, and for operators.
struct Both {
    Both() {
        char name[] = "/tmp/roomd-net-XXXXXX";
        folder = mkdtemp(name);
        setup.net.listeners.resize(2);
        setup.net.listeners[0].name = "127.0.0.1:0";
        setup.net.listeners[1].name = "unix:" + folder + "/admin.sock";
        setup.net.listeners[1].side = net::Side::admin;
    }
    ~Both() { rmdir(folder.c_str()); } // the server has removed its socket
    Both(const Both &) = delete;
    Both &operator=(const Both &) = delete;
    std::string folder;
    Rig::Setup setup;
};

} // namespace

TEST_CASE("an admin listener serves its own routes and those of both sides, and nothing else") {
    Both both;
    Rig rig(both.setup, [](net::Server &server) {
        const auto add = [&server](const char *path, net::Side side) {
            net::Route route;
            route.method = "GET";
            route.path = path;
            route.side = side;
            route.serve = [&server](const net::Request &request) {
                server.respond(request.id, {});
            };
            server.add_route(std::move(route));
        };
        add("/front", net::Side::front);
        add("/admin", net::Side::admin);
        add("/both", net::Side::both);
    });
    const auto status = [&rig](std::size_t listener, const std::string &bytes) {
        Wire wire(rig.address(listener));
        wire.send(bytes);
        return wire.reply().status;
    };
    CHECK(status(0, get("/front")) == 200);
    CHECK(status(0, get("/both")) == 200);
    CHECK(status(0, get("/admin")) == 404);
    CHECK(status(1, get("/front")) == 404);
    CHECK(status(1, get("/both")) == 200);
    CHECK(status(1, get("/admin")) == 200);
    CHECK(status(0, get(engine + "polling")) == 200);
    CHECK(status(1, get(engine + "polling")) == 404);
    CHECK(status(1, upgrade(engine + "websocket")) == 404);
}

TEST_CASE("no limit on connections keeps an operator out") {
    Both both;
    both.setup.net.connections = 0;
    Rig rig(both.setup);
    std::vector<Wire> full;
    for (int i = 0; i < 64; ++i)
        full.emplace_back(rig.address(0));
    CHECK(rig.until([](net::Server &server, Echo &) { return server.totals().open == 64; }));
    Wire stranger(rig.address(0));
    CHECK(stranger.ends());
    Wire operators(rig.address(1));
    operators.send(get("/admin"));
    CHECK(operators.reply().status == 404); // it is served: there is no such route here
}
