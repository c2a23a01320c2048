#include "base/clock.hpp"
#include "net/validity.hpp"
#include "rig.hpp"
#include "tls.hpp"
#include "wire.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <fstream>
#include <sstream>
#include <string>
#include <sys/stat.h>

using namespace roomd;
using namespace roomd::test;

TEST_CASE("TLS serves websockets, polling and pipelined requests, and never HTTP/2") {
    const Folder folder;
    Rig::Setup setup = with_tls(folder);
    setup.net.listeners.emplace_back().name = "127.0.0.1:0";
    Rig rig(setup);
    Tls ws1(rig.address(0), "\x02h2\x08http/1.1");
    REQUIRE(ws1.connected);
    CHECK(ws1.protocol() == "http/1.1");
    ws1.send(upgrade(engine + "websocket"));
    CHECK(ws1.until("maxPayload").find("101 Switching") != std::string::npos);
    const std::string large(60000, 'l');
    ws1.send(ws(1, "4" + large + large + "end"));
    ws1.until("}"); // of the open packet
    CHECK(ws1.frame().payload.size() == 120004);
    CHECK(rig.call([](net::Server &, session::Sessions &sessions, Echo &echo) {
        CHECK(sessions.handshake(echo.newest)->facts->secure);
    }));
    Tls poll(rig.address(0));
    poll.send(get(engine + "polling"));
    const std::string open = poll.until("maxPayload");
    const std::string sid = open.substr(open.find("\"sid\":\"") + 7, 20);
    poll.send(post(engine + "polling&sid=" + sid, "4" + large));
    CHECK(poll.until("\r\n\r\nok").find("200 OK") != std::string::npos);
    poll.send(get(engine + "polling&sid=" + sid));
    CHECK(poll.until(large).find("4" + large) != std::string::npos);
    poll.send(get("/x") + post("/x", "abc") + "bad");
    CHECK(poll.reply().status == 404);
    CHECK(poll.reply().status == 404);
    poll.send("\r\n\r\n");
    CHECK(poll.reply().status == 400);
    CHECK(poll.ends_properly());
    Wire plain = websocket(rig.address(1)); // beside it, without TLS
    plain.send(ws(1, "4x"));
    CHECK(plain.frame().payload == "4x");
    // No TLS where TLS is spoken.  When the bytes are there before the accept, the adoption itself
    // fails, and libwebsockets frees what it made only later.
    for (int i = 0; i < 50; ++i) {
        Wire wrong(rig.address(0));
        wrong.send(get("/x"));
        CHECK(wrong.ends());
    }
}

TEST_CASE("a new certificate is served after a reload, a broken one changes nothing") {
    const Folder folder;
    Rig::Setup setup = with_tls(folder);
    Rig rig(setup);
    CHECK(Tls(rig.address()).subject() == "first");
    make_certificate(folder / "c.pem", folder / "other.pem", "broken");
    CHECK(rig.call([&](net::Server &server, session::Sessions &, Echo &) {
        CHECK_THROWS(server.check(setup.net));
        CHECK_THROWS(server.reconfigure(setup.net));
    }));
    CHECK(Tls(rig.address()).subject() == "first");
    make_certificate(folder / "c.pem", folder / "k.pem", "second");
    CHECK(rig.call([&](net::Server &server, session::Sessions &, Echo &) {
        CHECK_NOTHROW(server.reconfigure(setup.net));
    }));
    CHECK(Tls(rig.address()).subject() == "second");
}

TEST_CASE("a certificate of another kind of key is served by its name, and not the default one") {
    const Folder folder;
    Rig::Setup setup = with_tls(folder);
    make_certificate(folder / "rsa.pem", folder / "rsa_key.pem", "rsa.example", 3600, KeyKind::rsa);
    make_certificate(folder / "wild.pem", folder / "wild_key.pem", "*.example");
    setup.net.listeners[0].more_certificates = {{folder / "wild.pem", folder / "wild_key.pem"},
                                                {folder / "rsa.pem", folder / "rsa_key.pem"}};
    Rig rig(setup);
    const auto subject = [&](const char *host) {
        return Tls(rig.address(), nullptr, Wire::Window::wide, {}, host).subject();
    };
    CHECK(subject(nullptr) == "first");
    CHECK(subject("rsa.example") == "rsa.example"); // which prefers ECDSA, if there were one
    CHECK(subject("RSA.example") == "rsa.example");
    CHECK(subject("other.example") == "*.example");
    CHECK(subject("a.other.example") == "first");
    CHECK(subject(".example") == "first");
    Tls kept(rig.address(), nullptr, Wire::Window::wide, {}, "rsa.example");
    REQUIRE(kept.connected);
    make_certificate(folder / "rsa.pem", folder / "rsa_key.pem", "new.example");
    CHECK(rig.call([&](net::Server &server, session::Sessions &, Echo &) {
        setup.net.listeners[0].more_certificates.erase(
            setup.net.listeners[0].more_certificates.begin());
        server.reconfigure(setup.net);
        const auto all = server.certificates();
        REQUIRE(all.size() == 2);
        CHECK(all[1].file == folder / "rsa.pem");
        CHECK(all[1].validity.until_ms > base::unix_ms() + 3590000);
    }));
    CHECK(subject("rsa.example") == "first");
    CHECK(subject("new.example") == "new.example");
    CHECK(subject("other.example") == "first");
    kept.send(get("/nothing"));
    CHECK(kept.reply().status == 404);
}

TEST_CASE("a name that is another listener's address is a name like any other") {
    const Folder folder;
    Rig::Setup setup = with_tls(folder);
    make_certificate(folder / "b.pem", folder / "b_key.pem", "second");
    net::ListenerOptions other = setup.net.listeners[0];
    other.name = "127.0.0.2:0";
    other.certificate = folder / "b.pem";
    other.key = folder / "b_key.pem";
    setup.net.listeners.push_back(other);
    Rig rig(setup);
    CHECK(Tls(rig.address(1)).subject() == "second");
    for (const char *host : {"127.0.0.2", "127.0.0.2:0"})
        CHECK(Tls(rig.address(0), nullptr, Wire::Window::wide, {}, host).subject() == "first");
}

TEST_CASE("a certificate that cannot be read is a set-up error") {
    Rig::Setup setup;
    setup.net.listeners[0].certificate = "/nowhere/c.pem";
    setup.net.listeners[0].key = "/nowhere/k.pem";
    CHECK_THROWS(Rig(setup));
}

TEST_CASE("a chain is valid as long as all its certificates are") {
    const Folder folder;
    const std::string one = folder / "one.pem", chain = folder / "chain.pem";
    const std::string text = [&] {
        std::ostringstream both;
        for (const long seconds : {7200L, -30L, 3600L}) {
            make_certificate(one, folder / "key.pem", "a", seconds);
            both << std::ifstream(one).rdbuf();
        }
        return both.str();
    }();
    std::ofstream(chain) << text;
    const std::int64_t now = base::unix_ms();
    const auto last = net::validity_of(one), all = net::validity_of(chain);
    REQUIRE(last);
    CHECK(last->until_ms > now + 3590000);
    CHECK(last->until_ms <= now + 3600000);
    CHECK(last->from_ms < now - 50000);
    REQUIRE(all);
    CHECK(all->until_ms <= now - 29000);
    CHECK(all->until_ms > now - 40000);
    CHECK_FALSE(net::validity_of(folder / "key.pem"));
    CHECK_FALSE(net::validity_of(folder / "none.pem"));
    const std::string fifo = folder / "fifo"; // without a writer
    REQUIRE(mkfifo(fifo.c_str(), 0600) == 0);
    CHECK_FALSE(net::validity_of(fifo));
}

TEST_CASE("a header that never comes is given up under TLS too") {
    const Folder folder;
    Rig::Setup setup = with_tls(folder);
    setup.net.header_deadline = base::Duration(300);
    Rig rig(setup);
    Wire silent(rig.address());
    CHECK(silent.ends(2000ms));
    CHECK(rig.until([](net::Server &server, Echo &) { return server.totals().open == 0; }));
}

TEST_CASE("a large answer to a slow reader arrives whole under TLS, and the next behind it") {
    const Folder folder;
    constexpr std::size_t size = 5000000;
    Rig rig(with_tls(folder), [](net::Server &server) {
        add_routes(server);
        add_large_route(server, size);
    });
    Tls tls(rig.address(), nullptr, Wire::Window::narrow);
    for (int i = 0; i < 3; ++i) {
        tls.send(get("/large") + post("/echo", "abc"));
        CHECK(rig.until([](net::Server &server, Echo &) { return server.unread() > 0; }));
        CHECK((tls.reply().body == std::string(size, 'b')));
        CHECK(tls.reply().body == "got:abc");
    }
    tls.send(get("/large", "Connection: close\r\n"));
    CHECK((tls.reply().body == std::string(size, 'b')));
    CHECK(tls.ends_properly());
    CHECK(rig.totals().guard_kills == 0);
}

TEST_CASE("large and small frames to a slow reader do not mix under TLS, pongs among them") {
    const Folder folder;
    Rig::Setup setup = with_tls(folder);
    setup.session.send_buffer = 64u << 20;
    Rig rig(setup);
    Tls tls(rig.address(), nullptr, Wire::Window::narrow);
    tls.send(upgrade(engine + "websocket"));
    tls.until("}");
    const auto payload = [](std::size_t i) {
        const std::size_t size = i % 10 == 0 ? 1000000 : i % 3 == 0 ? 20000 : 10 + i * 37 % 5000;
        return "4" + std::to_string(i) + std::string(size, static_cast<char>('a' + i % 26));
    };
    constexpr std::size_t count = 60;
    std::size_t next = 0;
    int pongs = 0;
    for (int round = 0; round < 3; ++round) {
        CHECK(rig.call([&](net::Server &, session::Sessions &sessions, Echo &echo) {
            for (std::size_t i = 0; i < count / 3; ++i)
                sessions.send(echo.newest, base::Frame::text({payload(next + i)}),
                              session::Delivery::reliable);
            sessions.flush();
            CHECK_FALSE(sessions.get(echo.newest)->can_take());
        }));
        tls.send(ws(9, "ping"));
        tls.send(ws(9, "again") + ws(9, "last"));
        for (const std::size_t end = next + count / 3; next < end;) {
            const WsFrame frame = tls.frame();
            REQUIRE((frame.opcode == 1 || frame.opcode == 10));
            if (frame.opcode == 10) {
                ++pongs;
                continue;
            }
            REQUIRE((frame.payload == payload(next)));
            ++next;
        }
    }
    tls.send(ws(1, "4end"));
    WsFrame frame = tls.frame();
    for (; frame.opcode == 10; frame = tls.frame())
        ++pongs;
    CHECK(frame.payload == "4end");
    CHECK(pongs >= 1);
}

TEST_CASE("binary messages in text form that did not fit are written again as they were") {
    const Folder folder;
    Rig::Setup setup = with_tls(folder);
    setup.session.send_buffer = 64u << 20;
    Rig rig(setup);
    Tls tls(rig.address(), nullptr, Wire::Window::narrow);
    tls.send(upgrade(engine + "websocket&b64=1"));
    tls.until("}");
    constexpr int count = 1000;
    CHECK(rig.call([](net::Server &, session::Sessions &sessions, Echo &echo) {
        for (int i = 0; i < count; ++i) { // three are put together, and are then more than a record
            sessions.send(echo.newest, base::Frame::binary(std::string(5000, '\0')),
                          session::Delivery::reliable);
            sessions.flush();
        }
    }));
    int whole = 0;
    while (whole < count && tls.frame().payload == "b" + std::string(6666, 'A') + "A=")
        ++whole;
    CHECK(whole == count);
}

TEST_CASE("a flood of frames under TLS is paced without a spin") {
    const Folder folder;
    Rig::Setup setup = with_tls(folder);
    setup.net.frames_per_second = 200;
    Rig rig(setup);
    Tls tls(rig.address());
    tls.send(upgrade(engine + "websocket"));
    tls.until("}");
    std::string pongs;
    for (int i = 0; i < 100; ++i)
        pongs += ws(10, "");
    for (int i = 0; i < 5; ++i)
        tls.send(pongs);
    tls.send(ws(1, "4end"));
    const std::uint64_t before = rig.turns();
    CHECK(tls.frame().payload == "4end");
    CHECK(rig.turns() - before < 2000);
    CHECK(rig.totals().guard_kills == 0);
}

TEST_CASE("requests that are cut into many records are read under TLS, chunks and frames too") {
    const Folder folder;
    Rig rig(with_tls(folder), add_routes);
    Tls tls(rig.address());
    const std::string all = post("/echo", "abc") +
                            "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                            "3\r\nabc\r\n0\r\n\r\n" +
                            upgrade(engine + "websocket") + ws(1, "4x");
    for (const char c : all)
        tls.send(std::string(1, c));
    CHECK(tls.reply().body == "got:abc");
    CHECK(tls.reply().body == "got:abc");
    CHECK(tls.reply().status == 101);
    CHECK(tls.frame().payload.starts_with("0{"));
    CHECK(tls.frame().payload == "4x");
}
