#include "net/forwarded.hpp"

#include "rig.hpp"
#include "wire.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <vector>

using namespace roomd;
using namespace roomd::test;
using namespace std::chrono_literals;

namespace {

policy::Proxies trusting(const std::vector<std::string> &texts) {
    std::vector<policy::Proxies::Net> nets;
    for (const auto &text : texts)
        nets.push_back(*policy::Proxies::parse(text));
    return policy::Proxies(std::move(nets));
}

std::string with(const std::string &lines, const std::string &path = "/who") {
    return "GET " + path + " HTTP/1.1\r\nHost: a\r\n" + lines + "\r\n";
}

std::string who(Wire &wire, const std::string &lines) {
    wire.send(with(lines));
    return wire.reply().body;
}

std::string who(Rig &rig, const std::string &lines) {
    Wire wire(rig.address());
    return who(wire, lines);
}

Rig::Setup behind(const std::vector<std::string> &proxies) {
    Rig::Setup setup;
    setup.net.proxies = trusting(proxies);
    return setup;
}

} // namespace

TEST_CASE("forwarded addresses are believed only from a trusted proxy") {
    const std::string claim = "X-Forwarded-For: 203.0.113.9\r\nX-Forwarded-Proto: https\r\n";
    Rig open({}, add_who);
    CHECK(who(open, claim) == "127.0.0.1 loopback");
    Rig others(behind({"192.0.2.1", "unix"}), add_who);
    CHECK(who(others, claim) == "127.0.0.1 loopback");
    Rig trusted(behind({"127.0.0.0/8"}), add_who);
    CHECK(who(trusted, claim) == "203.0.113.9 secure");
}

TEST_CASE("a request from a trusted proxy never counts as local") {
    Rig rig(behind({"127.0.0.1"}), add_who);
    CHECK(who(rig, "") == "127.0.0.1");
    CHECK(who(rig, "X-Forwarded-For: 127.0.0.1\r\n") == "127.0.0.1");
    CHECK(who(rig, "X-Forwarded-For: unknown\r\n") == "127.0.0.1");
    CHECK(who(rig, "X-Forwarded-For: ::1\r\nX-Forwarded-Proto: http\r\n") == "::1");
}

TEST_CASE("the chain is read over all its header lines, from the right") {
    Rig rig(behind({"127.0.0.1", "10.0.0.0/8"}), add_who);
    CHECK(who(rig, "X-Forwarded-For: 1.1.1.1, 203.0.113.9, 10.0.0.7\r\n") == "203.0.113.9");
    CHECK(who(rig, "X-Forwarded-For: 1.1.1.1\r\nX-Forwarded-For: 203.0.113.9\r\n") ==
          "203.0.113.9");
    CHECK(who(rig, "x-forwarded-for: [2001:db8::1]:1234\r\n") == "2001:db8::1");
}

TEST_CASE("each request of a proxy's connection is for the client it names") {
    Rig rig(behind({"127.0.0.1"}), add_who);
    Wire wire(rig.address());
    CHECK(who(wire, "X-Forwarded-For: 203.0.113.9\r\n") == "203.0.113.9");
    CHECK(who(wire, "X-Forwarded-For: 203.0.113.10\r\n") == "203.0.113.10");
    CHECK(who(wire, "") == "127.0.0.1");
}

TEST_CASE("connections behind a proxy are limited by the address of their client") {
    Rig::Setup setup = behind({"127.0.0.1"});
    setup.net.per_address = 2;
    Rig rig(setup, add_who);
    const auto socket = [&](const std::string &client) {
        Wire wire(rig.address());
        wire.send("GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: a\r\n"
                  "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nX-Forwarded-For: " +
                  client + "\r\n\r\n");
        const int status = wire.reply().status;
        return std::pair(status, std::move(wire));
    };
    auto [one, first] = socket("203.0.113.9");
    auto [two, second] = socket("203.0.113.9");
    CHECK(one == 101);
    CHECK(two == 101);
    CHECK(rig.totals().refused_limit == 0);
    CHECK(socket("203.0.113.9").first == 429);
    CHECK(rig.totals().refused_limit == 1);
    CHECK(socket("203.0.113.10").first == 101);
    // Those that name nobody are not limited as one client.
    std::vector<Wire> many;
    for (int i = 0; i < 4; ++i) {
        many.emplace_back(rig.address());
        CHECK(who(many.back(), "") == "127.0.0.1");
    }
    // One that left makes room.
    first.reset();
    CHECK(rig.until([](net::Server &, Echo &echo) { return echo.open == 1; }));
    CHECK(socket("203.0.113.9").first == 101);
}

TEST_CASE("polling sessions are limited even while they have no connection") {
    Rig::Setup setup = behind({"127.0.0.1"});
    setup.net.per_address = 2;
    setup.net.connections = 4;
    Rig rig(setup);
    Wire wire(rig.address());
    const auto open = [&](const std::string &client) {
        Wire fresh(rig.address());
        fresh.send(get(engine + "polling", "X-Forwarded-For: " + client + "\r\n"));
        return fresh.reply();
    };
    CHECK(open("203.0.113.9").status == 200);
    const std::string second = open("203.0.113.9").body;
    CHECK(open("203.0.113.9").status == 429);
    CHECK(rig.totals().refused_limit == 1);
    CHECK(open("203.0.113.10").status == 200);
    CHECK(open("203.0.113.11").status == 200);
    const Reply full = open("203.0.113.12");
    CHECK(full.status == 503);
    CHECK(full.header("retry-after") == "5");
    Wire late(rig.address());
    late.send(upgrade(engine + "websocket", "X-Forwarded-For: 203.0.113.13\r\n"));
    CHECK(late.reply().status == 503);
    CHECK(rig.totals().refused_limit == 3);
    // Each that ends makes room, for all and for its address.
    const std::string sid = second.substr(second.find("sid\":\"") + 6, 20);
    wire.send(post(engine + "polling&sid=" + sid, "1"));
    CHECK(wire.reply().status == 200);
    CHECK(rig.until([](net::Server &, Echo &echo) { return echo.open == 3; }));
    CHECK(open("203.0.113.9").status == 200);
}

TEST_CASE("a reload can withdraw trust, from open connections too") {
    Rig::Setup setup = behind({"127.0.0.1"});
    Rig rig(setup, add_who);
    Wire wire(rig.address());
    const std::string claim = "X-Forwarded-For: 203.0.113.9\r\nX-Forwarded-Proto: https\r\n";
    CHECK(who(wire, claim) == "203.0.113.9 secure");
    const auto reconfigure = [&](const std::vector<std::string> &proxies) {
        setup.net.proxies = trusting(proxies);
        REQUIRE(rig.call([&](net::Server &server, session::Sessions &, Echo &) {
            server.reconfigure(setup.net);
        }));
    };
    reconfigure({});
    CHECK(who(wire, claim) == "127.0.0.1");
    CHECK(who(rig, claim) == "127.0.0.1 loopback");
    reconfigure({"127.0.0.1"});
    CHECK(who(wire, claim) == "203.0.113.9 secure");
}
