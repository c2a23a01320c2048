#include "rig.hpp"
#include "support/net_defaults.hpp"
#include "tls.hpp"
#include "wire.hpp"

#include <doctest/doctest.h>

#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>

using namespace roomd;
using namespace roomd::test;

namespace {

Rig::Setup listening(const std::vector<std::string> &names) {
    Rig::Setup setup;
    setup.net.listeners.clear();
    for (const std::string &name : names)
        setup.net.listeners.push_back(listener_on(name));
    return setup;
}

} // namespace

TEST_CASE("one server listens on IPv4, IPv6 and a Unix socket, which has its mode") {
    const Folder folder;
    const std::string path = folder / "s.sock";
    Rig::Setup setup = listening({"127.0.0.1:0", "[::1]:0", "unix:" + path});
    setup.net.listeners[2].mode = 0600;
    {
        Rig rig(setup);
        for (std::size_t i = 0; i < 3; ++i) {
            CAPTURE(rig.address(i));
            Wire wire = websocket(rig.address(i));
            wire.send(ws(1, "4x"));
            CHECK(wire.frame().payload == "4x");
            const char *expected[] = {"127.0.0.1", "::1", "unix"};
            CHECK(rig.call([&](net::Server &, session::Sessions &sessions, Echo &echo) {
                CHECK(sessions.handshake(echo.newest)->address.text() == expected[i]);
                CHECK(sessions.handshake(echo.newest)->facts->listener ==
                      setup.net.listeners[i].name);
            }));
        }
        struct stat st {};
        CHECK(stat(path.c_str(), &st) == 0);
        CHECK((st.st_mode & 07777) == 0600);
        CHECK(rig.address(2) == "unix:" + path);
    }
    CHECK_FALSE(std::filesystem::exists(path));
}

TEST_CASE("an invalid address, or one in use, is a set-up error") {
    Rig rig;
    for (const std::string &name :
         {std::string("localhost:1"), std::string("127.0.0.1"), std::string("127.0.0.1:70000"),
          std::string("[::g]:1"), std::string("unix:relative"), std::string("127.0.0.1:"),
          "unix:/" + std::string(200, 'x'), rig.address()}) {
        CAPTURE(name);
        CHECK_THROWS(Rig(listening({name})));
    }
}

TEST_CASE("connections over the limit get a 503, and freed places are used") {
    Rig::Setup setup;
    setup.net.connections = 2;
    Rig rig(setup);
    Wire one = websocket(rig.address());
    {
        const Wire two = websocket(rig.address());
        Wire three(rig.address());
        three.send(upgrade(engine + "websocket"));
        const Reply reply = three.reply();
        CHECK(reply.status == 503);
        CHECK_FALSE(reply.header("retry-after").empty());
        CHECK(three.ends(2000ms));
        CHECK(rig.sessions() == 2);
    }
    CHECK(rig.until([](net::Server &server, Echo &) { return server.totals().open == 1; }));
    Wire four = websocket(rig.address());
    four.send(ws(1, "4x"));
    CHECK(four.frame().payload == "4x");
    CHECK(rig.totals().refused_limit == 1);
}

TEST_CASE("far over the limit connections are just closed") {
    Rig::Setup setup;
    setup.net.connections = 0;
    Rig rig(setup);
    std::vector<Wire> many;
    for (int i = 0; i < 70; ++i)
        many.emplace_back(rig.address());
    CHECK(many.back().ends(2000ms));
    CHECK(rig.totals().open <= 64);
}

TEST_CASE("after stop_accepting connections are refused, open ones go on") {
    Rig rig;
    Wire wire = websocket(rig.address());
    CHECK(rig.call(
        [](net::Server &server, session::Sessions &, Echo &) { server.stop_accepting(); }));
    CHECK_THROWS(Wire(rig.address()));
    wire.send(ws(1, "4x"));
    CHECK(wire.frame().payload == "4x");
}

TEST_CASE("without a free descriptor a connection is refused and the loop does not spin") {
    Rig rig;
    Wire first = websocket(rig.address());
    rlimit old{};
    CHECK(rig.call(
        [&](net::Server &, session::Sessions &, Echo &) { getrlimit(RLIMIT_NOFILE, &old); }));
    Wire waiting(rig.address());
    CHECK(rig.until([](net::Server &server, Echo &) { return server.totals().open == 2; }));
    // The next descriptor would be the first above the limit.
    const int next = dup(0);
    close(next);
    rlimit none = old;
    none.rlim_cur = static_cast<rlim_t>(next) + 1; // the client's own socket still fits
    setrlimit(RLIMIT_NOFILE, &none);
    Wire refused(rig.address());
    CHECK(refused.ends(2000ms));
    const std::uint64_t before = rig.turns();
    CHECK(first.silent(250ms));
    CHECK(rig.turns() - before < 100);
    setrlimit(RLIMIT_NOFILE, &old);
    Wire later = websocket(rig.address());
    later.send(ws(1, "4x"));
    CHECK(later.frame().payload == "4x");
}

TEST_CASE("the soft limit of descriptors is what the connections need") {
    rlimit before{}, during{};
    getrlimit(RLIMIT_NOFILE, &before);
    {
        Rig::Setup setup;
        setup.net.connections = 700;
        Rig rig(setup);
        getrlimit(RLIMIT_NOFILE, &during);
    }
    setrlimit(RLIMIT_NOFILE, &before);
    CHECK(during.rlim_cur == 700 + 512);
    CHECK(during.rlim_max == before.rlim_max);
}

TEST_CASE("connections of every kind are ended by the destructor without a leak") {
    Rig rig;
    std::vector<Wire> open;
    for (int i = 0; i < 20; ++i) {
        open.push_back(websocket(rig.address()));
        open.emplace_back(rig.address()); // says nothing
        open.emplace_back(rig.address());
        open.back().send("GET /half HTTP/1.1\r\n");
        const std::string sid = polling(rig.address());
        open.emplace_back(rig.address());
        open.back().send(get(engine + "polling&sid=" + sid)); // held
    }
    CHECK(rig.until([](net::Server &server, Echo &) { return server.totals().open >= 80; }));
}

TEST_CASE("the client bundle is served with its tag, and only by its eight names") {
    const Folder folder;
    std::ofstream(folder / "socket.io.min.js") << "client();";
    std::ofstream(folder / "socket.io.min.js.map") << "{}";
    std::ofstream(folder / "secret.js") << "secret";
    Rig::Setup setup;
    setup.net.client_bundle = folder.path;
    Rig rig(setup);
    Wire wire(rig.address());
    wire.send(get("/socket.io/socket.io.min.js", "Origin: https://a.example\r\n"));
    const Reply reply = wire.reply();
    CHECK(reply.status == 200);
    CHECK(reply.body == "client();");
    CHECK(reply.header("content-type") == "application/javascript; charset=utf-8");
    CHECK(reply.header("cache-control") == "public, max-age=0");
    CHECK(reply.header("access-control-allow-origin") == "https://a.example");
    const std::string tag = reply.header("etag");
    for (const std::string &known : {tag, "W/" + tag}) {
        wire.send(get("/socket.io/socket.io.min.js", "If-None-Match: " + known + "\r\n"));
        const Reply same = wire.reply();
        CHECK(same.status == 304);
        CHECK(same.body.empty());
    }
    wire.send(get("/socket.io/socket.io.min.js.map"));
    CHECK(wire.reply().header("content-type") == "application/json; charset=utf-8");
    wire.send("HEAD /socket.io/socket.io.min.js HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK(wire.reply(true).header("content-length") == "9");
    for (const char *name : {"secret.js", "../secret.js", "socket.io.js", "%2e%2e/secret.js"}) {
        wire.send(get(std::string("/socket.io/") + name));
        CHECK(wire.reply().body.find("secret") == std::string::npos);
    }
    setup.net.client_bundle = folder / "nowhere";
    CHECK_THROWS(Rig(setup));
}
